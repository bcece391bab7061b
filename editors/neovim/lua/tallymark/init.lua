local M = {}

---@class tallymark.Options
---@field cmd? string[] How to start the server. Default: { 'tallymark', 'lsp' }
---@field inlay_hints? boolean Progress and states at the ends of lines. Default: true
---@field code_lenses? boolean What can be done next, above the lines. Default: true
---@field settings? table The server's settings: what would stand under `tallymark`

---@type tallymark.Options
M.options = { cmd = { 'tallymark', 'lsp' }, inlay_hints = true, code_lenses = true, settings = {} }

---Starts the server for plans and their status.json. On Neovim 0.11 and later, vim.lsp.enable('tallymark') does
---the same without options.
---@param options? tallymark.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', M.options, options or {})
  local client = require('tallymark.client')
  if vim.lsp.enable then
    vim.lsp.config('tallymark', client.config())
    vim.lsp.enable('tallymark')
  else
    client.start_on_file_type()
  end
end

return M
