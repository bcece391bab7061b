-- Two servers on one buffer: neither gets in the other's way.
local t = require('support')

-- A server of few words, inside Neovim.
local function neighbour(dispatchers)
  local closing, requests = false, 0
  local results = {
    initialize = { capabilities = { codeActionProvider = true, textDocumentSync = 1, codeLensProvider = vim.empty_dict() } },
    ['textDocument/codeAction'] = { { title = 'Sort the lines', kind = 'refactor.rewrite' } },
    ['textDocument/codeLens'] = {},
  }
  return {
    request = function(method, _, answer)
      vim.schedule(function() answer(nil, results[method]) end)
      requests = requests + 1
      return true, requests
    end,
    notify = function(method, params)
      if method == 'textDocument/didOpen' then
        local range = { start = { line = 0, character = 0 }, ['end'] = { line = 0, character = 1 } }
        local diagnostic = { range = range, message = 'no title case', code = 'N1', source = 'neighbour' }
        local params = { uri = params.textDocument.uri, diagnostics = { diagnostic } }
        dispatchers.notification('textDocument/publishDiagnostics', params)
      end
      return true
    end,
    is_closing = function() return closing end,
    terminate = function() closing = true end,
  }
end

vim.lsp.config('neighbour', { cmd = neighbour, filetypes = { 'markdown' }, root_markers = { 'tallymark.toml' } })
vim.lsp.enable({ 'neighbour', 'tallymark' })
local _, status = t.open('phased', 'offline-map-tiles')

t.run({
  { 'both attach, and the diagnostics of both are shown', function()
    t.client()
    t.eventually(function() return vim.inspect(t.codes()) end, function()
      local codes = t.codes()
      return codes[1] == 'N1' and codes[t.line('1.3 Read')] == 'TM103'
    end)
  end },
  { ':Tallymark asks its own server only', function()
    t.go_to('2.4 Show')
    vim.cmd('Tallymark start')
    t.sees_status(status, '2.4', 'in_progress')
    t.sees_hint('2.4 Show', 'in progress')
  end },
  { 'the menu has the actions of both', function()
    local titles = {}
    vim.ui.select = function(items)
      titles = vim.iter(items):map(function(item) return item.action.title end):totable()
    end
    vim.lsp.buf.code_action()
    t.eventually('a menu', function() return #titles > 0 end)
    for _, title in ipairs({ 'Sort the lines', 'Mark 2.4 complete' }) do
      assert(vim.list_contains(titles, title), vim.inspect(titles))
    end
  end },
})
