-- A plan whose boxes are for reading only (boxes = "reference"): marking changes status.json alone.
local t = require('support')

vim.lsp.enable('tallymark')
local plan, status = t.open('clean', 'rotate-signing-keys')
local plan_before = t.lines(plan)
local messages = t.notified()

t.run({
  { 'there is nothing to complain about', function()
    t.client()
    t.sees_hint('# Implementation Plan', '4/7 · 57%')
    t.equal({}, t.codes())
  end },
  { 'completing a task changes status.json alone', function()
    local before = t.lines(status)
    t.go_to('2.1 Sign')
    vim.cmd('Tallymark complete')
    t.sees_status(status, '2.1', 'completed')
    t.only_task_changed(before, t.lines(status), '2.1')
    t.sees_hint('# Implementation Plan', '5/7 · 71%')
    assert(not vim.bo.modified, 'the buffer is modified')
    t.equal(plan_before, t.lines(plan))
    t.equal({}, t.codes())
  end },
  { 'a task that waits for another is not started, and it is said why', function()
    t.go_to('2.3 Revoke')
    vim.cmd('Tallymark start')
    t.is_told(messages, 'blocked by 2.2')
    t.equal('pending', t.task(status, '2.3').status)
  end },
  { 'a range, and the heading of a phase, mark all of their tasks', function()
    local first = t.line('2.1 Sign')
    vim.cmd(('%d,%dTallymark reopen'):format(first, first + 2))
    t.sees_status(status, '2.1', 'pending')
    t.go_to('## Phase 2')
    vim.cmd('Tallymark complete')
    for _, id in ipairs({ '2.1', '2.2', '2.3' }) do
      t.sees_status(status, id, 'completed')
    end
    t.sees_hint('# Implementation Plan', '7/7 · 100%')
  end },
  { 'status.json belongs to the same server, other JSON to none', function()
    local server = t.client().id
    vim.cmd.edit(vim.fn.fnameescape(status))
    t.equal(server, t.client().id)
    local other = vim.fs.dirname(status) .. '/package.json'
    vim.fn.writefile({ '{}' }, other)
    vim.cmd.edit(vim.fn.fnameescape(other))
    vim.wait(300)
    t.equal('json', vim.bo.filetype)
    t.equal({}, vim.lsp.get_clients({ bufnr = 0 }))
  end },
})
