-- :Tallymark start|complete|…
local M = {}

---The verbs, and how the message ends that says that one cannot be done.
local verbs = {
  start = 'started',
  complete = 'marked complete',
  fail = 'marked failed',
  skip = 'skipped',
  retry = 'retried',
  reset = 'put back to pending',
  reopen = 'reopened',
}

---What the server wants to know with a mark, by what it calls it.
local questions = { error = 'What went wrong? ', reason = 'Why is it skipped? ' }

local function warn(message)
  vim.notify('Tallymark: ' .. message, vim.log.levels.WARN)
end

---@param client vim.lsp.Client
local function request(client, method, params, handler, bufnr)
  if vim.fn.has('nvim-0.11') == 1 then
    return client:request(method, params, handler, bufnr)
  end
  ---@diagnostic disable-next-line: param-type-mismatch
  return client.request(method, params, handler, bufnr)
end

---Sets a mark, and asks first what the server wants to know with it: the protocol has no way for a server to ask for a
---text. What cannot be done, the server says itself.
---@param client vim.lsp.Client
---@param command lsp.Command `tallymark.mark`
---@param reason string? The answer, if it is there already
function M.execute(client, command, reason, bufnr)
  local argument = vim.deepcopy(command.arguments[1])
  local function send()
    local params = { command = command.command, arguments = { argument } }
    request(client, 'workspace/executeCommand', params, function(error)
      if error then
        warn(error.message)
      end
    end, bufnr)
  end
  argument.reason = reason or argument.reason
  local prompt = questions[argument.question]
  if argument.reason or not prompt then
    return send()
  end
  vim.ui.input({ prompt = prompt }, function(answer)
    -- Nothing is a cancelled question, which changes nothing; an empty answer is one.
    if answer then
      argument.reason = answer
      send()
    end
  end)
end

---Marks the task of the cursor's line; of a range, its tasks; on the heading of a phase, the tasks of the phase.
---@param verb string
---@param options? { reason?: string, first?: integer, last?: integer } What went wrong, or why it is skipped; lines from 1
function M.mark(verb, options)
  options = options or {}
  local bufnr = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'tallymark' })[1]
  if not client then
    return warn('no server is attached to this buffer (:checkhealth tallymark)')
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local first, last = options.first or line, options.last or line
  local kind = 'refactor.rewrite.tallymark.' .. verb
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(bufnr),
    range = {
      start = { line = first - 1, character = 0 },
      -- To the start of the last line: that touches it, and is right in every encoding of columns.
      ['end'] = { line = last - 1, character = 0 },
    },
    context = { only = { kind }, diagnostics = {}, triggerKind = 1 },
  }
  request(client, 'textDocument/codeAction', params, function(error, actions)
    if error then
      return warn(error.message)
    end
    for _, action in ipairs(actions or {}) do
      if action.kind == kind and action.disabled then
        return warn(action.disabled.reason)
      elseif action.kind == kind and action.command then
        return M.execute(client, action.command, options.reason, bufnr)
      end
    end
    warn(('nothing here can be %s'):format(verbs[verb]))
  end, bufnr)
end

---@param command vim.api.keyset.create_user_command.command_args
function M.run(command)
  local verb, reason = command.args:match('^(%S+)%s*(.-)%s*$')
  if not verbs[verb] then
    return warn(('"%s" is none of %s'):format(verb, table.concat(M.complete('', 'Tallymark '), ', ')))
  end
  M.mark(verb, {
    reason = reason ~= '' and reason or nil,
    first = command.range > 0 and command.line1 or nil,
    last = command.range > 0 and command.line2 or nil,
  })
end

---@param start string What is typed of the word
---@param line string The whole command line
---@return string[]
function M.complete(start, line)
  -- Only the first word is a verb.
  if line:sub(1, #line - #start):match('%S%s+%S+%s+$') then
    return {}
  end
  local found = vim.tbl_filter(function(verb)
    return vim.startswith(verb, start)
  end, vim.tbl_keys(verbs))
  table.sort(found)
  return found
end

return M
