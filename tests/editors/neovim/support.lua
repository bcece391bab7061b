-- What the tests share: steps that pass or fail, patience, and what is shown and stored.
local M = {}

---How long anything may take before the test has failed, in milliseconds. Nothing is expected to take as long.
local patience = 20000

local function say(...)
  io.stdout:write('  ', ..., '\n')
end

---Runs a test's steps in their order; the first that fails ends it. Ends Neovim, with 1 if one failed.
---@param steps { [1]: string, [2]: function }[]
function M.run(steps)
  for _, step in ipairs(steps) do
    local name, run = step[1], step[2]
    local ok, message = xpcall(run, function(message)
      return debug.traceback(tostring(message), 2)
    end)
    if not ok then
      say('FAIL  ' .. name .. '\n' .. message)
      vim.cmd('cquit 1')
    end
    say('ok    ' .. name)
    io.stdout:flush()
  end
  vim.cmd('qall!')
end

---Waits until a function gives something true, and gives that. `what` may be a function that tells more on failure.
function M.eventually(what, look)
  local found
  vim.wait(patience, function()
    found = look()
    return found
  end, 10)
  if not found then
    error(('not in %d s: %s'):format(patience / 1000, type(what) == 'function' and what() or what), 2)
  end
  return found
end

function M.equal(expected, actual, what)
  if not vim.deep_equal(expected, actual) then
    error(('%s\nexpected %s\nbut got %s'):format(what or '', vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

---Opens a plan of the sample plans. Gives its path and that of its status.json.
function M.open(case, name)
  local folder = vim.env.SAMPLES .. '/' .. case
  local plan = ('%s/docs/plans/%s.md'):format(folder, name)
  vim.cmd.edit(vim.fn.fnameescape(plan))
  return plan, ('%s/docs/plan-outputs/%s/status.json'):format(folder, name)
end

---The client, when the server has answered.
function M.client(bufnr)
  return M.eventually('a server attached to the buffer', function()
    local client = vim.lsp.get_clients({ bufnr = bufnr or 0, name = 'tallymark' })[1]
    return client and client.initialized and client
  end)
end

---The number of the line that contains a text, from 1.
function M.line(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line:find(text, 1, true) then
      return number
    end
  end
  error('no line contains ' .. text)
end

---Puts the cursor on the line that contains a text. Gives the line's number, from 1.
function M.go_to(text)
  local number = M.line(text)
  vim.api.nvim_win_set_cursor(0, { number, 0 })
  return number
end

---The codes of the diagnostics by line, from 1.
function M.codes()
  local codes = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local line = diagnostic.lnum + 1
    codes[line] = (codes[line] and codes[line] .. ' ' or '') .. diagnostic.code
  end
  return codes
end

---The inlay hints of the line that contains a text, as they are shown; '' if there is none.
function M.hint(text)
  local row = M.line(text) - 1
  local found = {}
  for _, item in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    if item.inlay_hint.position.line == row then
      local label = item.inlay_hint.label
      if type(label) == 'table' then
        label = vim.iter(label):map(function(part) return part.value end):join('')
      end
      table.insert(found, label)
    end
  end
  return table.concat(found, ' ')
end

---Waits until the hint of a line contains this.
function M.sees_hint(text, expected)
  M.eventually(function()
    return ('the hint of "%s" is "%s", not "%s"'):format(text, M.hint(text), expected)
  end, function()
    return M.hint(text):find(expected, 1, true) ~= nil
  end)
end

---The titles of the code lenses above the line that contains a text.
function M.lenses(text)
  local row = M.line(text) - 1
  local titles = {}
  for _, lens in ipairs(vim.lsp.codelens.get(0)) do
    if lens.range.start.line == row and lens.command then
      table.insert(titles, lens.command.title)
    end
  end
  return titles
end

---Waits until these are the code lenses above a line.
function M.sees_lenses(text, expected)
  M.eventually(function()
    return ('the lenses of "%s" are %s, not %s'):format(text, vim.inspect(M.lenses(text)), vim.inspect(expected))
  end, function()
    return vim.deep_equal(expected, M.lenses(text))
  end)
end

---The lines of a file.
function M.lines(path)
  return vim.split(table.concat(vim.fn.readfile(path, 'b'), '\n'), '\n', { plain = true })
end

---The task of a status.json with this id.
function M.task(path, id)
  for _, task in ipairs(vim.json.decode(table.concat(M.lines(path), '\n')).tasks) do
    if task.id == id then
      return task
    end
  end
  error('no task ' .. id)
end

---Waits until status.json says this of a task. Gives the task.
function M.sees_status(path, id, status)
  M.eventually(function()
    return ('%s is %s, not %s'):format(id, M.task(path, id).status, status)
  end, function()
    return M.task(path, id).status == status
  end)
  return M.task(path, id)
end

---Holds a change of status.json to one task: its entry may differ, and what follows from it; every other line is as it
---was, byte for byte.
function M.only_task_changed(before, after, id)
  local function others(lines)
    local kept, own = {}, false
    for number, line in ipairs(lines) do
      if (lines[number + 1] or ''):find(('"id": "%s"'):format(id), 1, true) then
        own = true
      end
      -- The summary's numbers stand one level below the top, and nothing else that is a number does.
      local follows = line:match('^  "lastUpdatedAt"') or line:match('^  "currentPhase"') or line:match('^    "[%a_]+": %d+')
      if not own and not follows then
        table.insert(kept, line)
      end
      if line:match('^    }') then
        own = false
      end
    end
    return kept
  end
  assert(not vim.deep_equal(before, after), 'status.json has not changed')
  M.equal(others(before), others(after), 'what is not of task ' .. id)
end

---What vim.notify is told from now on.
function M.notified()
  local messages = {}
  vim.notify = function(message)
    table.insert(messages, message)
  end
  return messages
end

---Waits until vim.notify was last told something that contains this.
function M.is_told(messages, expected)
  M.eventually(function() return ('told "%s": %s'):format(expected, vim.inspect(messages)) end, function()
    return (messages[#messages] or ''):find(expected, 1, true) ~= nil
  end)
end

---Runs the program in another process, as somebody else would.
function M.tallymark(...)
  local result = vim.system({ 'tallymark', ... }, { text = true }):wait(patience)
  M.equal(0, result.code, table.concat({ ... }, ' ') .. ': ' .. result.stdout .. result.stderr)
end

return M
