-- The main job, the way Neovim 0.11 starts servers: see where plan and status.json disagree, mark tasks, follow others.
-- In this sample the boxes are ticked as the work goes on (boxes = "mirror").
local t = require('support')

vim.lsp.enable('tallymark')
local plan, status = t.open('phased', 'offline-map-tiles')
local messages = t.notified()

t.run({
  { 'the server attaches, and counts columns in bytes', function()
    local client = t.client()
    t.equal('utf-8', client.offset_encoding)
    t.equal(vim.env.SAMPLES .. '/phased', client.root_dir)
  end },
  { 'the diagnostics say where plan and status.json disagree', function()
    local expected = { [t.line('1.3 Read')] = 'TM103', [t.line('1.4 Evict')] = 'TM104', [t.line('2.3 Resume')] = 'TM108' }
    t.eventually(function() return vim.inspect(t.codes()) end, function()
      return vim.deep_equal(expected, t.codes())
    end)
  end },
  { 'the hints say how far plan, phases and tasks are', function()
    t.sees_hint('# Implementation Plan', '4/10 · 40%')
    t.sees_hint('## Phase 1', '3/4 · 75%')
    t.sees_hint('2.2 Estimate', 'in progress')
    t.equal('', t.hint('2.4 Show'))
  end },
  { 'the lenses offer what can be done next', function()
    t.sees_lenses('2.2 Estimate', { 'Complete' })
    t.sees_lenses('2.4 Show', { 'Start', 'Complete' })
  end },
  { ':Tallymark complete changes that task in status.json and nothing else', function()
    local before = t.lines(status)
    t.go_to('2.2 Estimate')
    vim.cmd('Tallymark complete')
    local task = t.sees_status(status, '2.2', 'completed')
    t.only_task_changed(before, t.lines(status), '2.2')
    assert(task.completedAt and task.duration, 'it says when, and how long it took: ' .. vim.inspect(task))
  end },
  { 'the box is ticked in the buffer, which the person saves', function()
    local line = t.line('2.2 Estimate')
    t.eventually('the box of 2.2 is ticked', function()
      return vim.fn.getline(line) == '- [x] 2.2 Estimate its size before the download'
    end)
    assert(vim.bo.modified, 'the buffer is not modified')
    t.equal('- [ ] 2.2 Estimate its size before the download', t.lines(plan)[line], 'on disk')
    vim.cmd('silent write')
  end },
  { 'hints, lenses and diagnostics follow', function()
    t.sees_hint('2.2 Estimate', 'completed')
    t.sees_hint('# Implementation Plan', '5/10 · 50%')
    t.sees_lenses('2.2 Estimate', {})
    t.equal(nil, t.codes()[t.line('2.2 Estimate')])
  end },
  { 'what another process marks is seen', function()
    t.tallymark('start', '2.4', '--plan', plan)
    t.sees_hint('2.4 Show', 'in progress')
    t.sees_lenses('2.4 Show', { 'Complete' })
    t.tallymark('complete', '2.4', '--plan', plan)
    t.sees_hint('2.4 Show', 'completed')
    t.sees_hint('# Implementation Plan', '6/10 · 60%')
  end },
  { 'the menu of code actions marks too', function()
    local titles
    vim.ui.select = function(items, _, choose)
      titles = vim.iter(items):map(function(item) return item.action.title end):totable()
      for _, item in ipairs(items) do
        if item.action.title == 'Mark 2.3 complete' then
          return choose(item)
        end
      end
      choose(nil)
    end
    t.go_to('2.3 Resume')
    vim.lsp.buf.code_action()
    t.eventually(function() return 'the box of 2.3 is ticked after ' .. vim.inspect(titles) end, function()
      return vim.fn.getline(t.line('2.3 Resume')):match('^%- %[x%]')
    end)
    -- Its entry bears another id, which is what the diagnostic on its line says.
    t.equal('completed', t.task(status, '2.5').status)
  end },
  { 'a lens marks when it is run', function()
    t.sees_lenses('3.1 Refresh', { 'Start', 'Complete' })
    vim.ui.select = function(items, options, choose)
      for _, item in ipairs(items) do
        if options.format_item(item):find('Start', 1, true) then
          return choose(item)
        end
      end
    end
    t.go_to('3.1 Refresh')
    vim.lsp.codelens.run()
    t.sees_status(status, '3.1', 'in_progress')
    t.sees_hint('3.1 Refresh', 'in progress')
  end },
  { ':Tallymark fail asks what went wrong, and stores it', function()
    local asked = 0
    vim.ui.input = function(_, answer)
      asked = asked + 1
      answer(nil)
    end
    t.go_to('3.1 Refresh')
    vim.cmd('Tallymark fail')
    t.eventually('a question', function() return asked == 1 end)
    vim.wait(200)
    t.equal('in_progress', t.task(status, '3.1').status, 'after a question that was cancelled')
    vim.ui.input = function(options, answer)
      t.equal('What went wrong? ', options.prompt)
      answer('the tile server says 429')
    end
    vim.cmd('Tallymark fail')
    t.equal('the tile server says 429', t.sees_status(status, '3.1', 'failed').error)
    t.sees_hint('3.1 Refresh', 'failed: the tile server says 429')
  end },
  { ':Tallymark skip takes the reason from the command line', function()
    t.go_to('3.2 Write')
    vim.cmd('Tallymark skip nobody reads it')
    t.equal('nobody reads it', t.sees_status(status, '3.2', 'skipped').skipReason)
    t.sees_hint('3.2 Write', 'skipped')
  end },
  { 'what cannot be done is said, and changes nothing', function()
    local stored = t.lines(status)
    t.go_to('3.2 Write')
    vim.cmd('Tallymark start')
    t.is_told(messages, 'Tallymark: nothing here can be started')
    vim.cmd('Tallymark finish')
    t.is_told(messages, 'Tallymark: "finish" is none of complete, fail, reopen, reset, retry, skip, start')
    t.equal(stored, t.lines(status))
  end },
  { 'the command line completes verbs', function()
    t.equal({ 'reopen', 'reset', 'retry' }, vim.fn.getcompletion('Tallymark re', 'cmdline'))
    t.equal({}, vim.fn.getcompletion('Tallymark fail re', 'cmdline'))
  end },
  { ':checkhealth finds the program and the server', function()
    vim.cmd('checkhealth tallymark')
    local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
    assert(report:match('`[^`]*/bin/tallymark` is tallymark %d'), report)
    assert(report:match('A server runs for `[^`]*/phased` %(1 buffers?, columns in utf%-8%)'), report)
    assert(not report:match('ERROR') and not report:match('WARNING'), report)
  end },
})
