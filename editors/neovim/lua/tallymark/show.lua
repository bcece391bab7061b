-- Inlay hints and code lenses.
local M = {}

---@param bufnr integer
function M.refresh_lenses(bufnr)
  if require('tallymark').options.code_lenses then
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

---@param bufnr integer
function M.attach(bufnr)
  local options = require('tallymark').options
  if options.inlay_hints then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
  if not options.code_lenses then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  M.refresh_lenses(bufnr)
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('tallymark.lenses.' .. bufnr, {}),
    buffer = bufnr,
    desc = 'Show what can be done next',
    callback = function()
      -- The server may have ended, or let go of the buffer.
      if #vim.lsp.get_clients({ bufnr = bufnr, name = 'tallymark' }) == 0 then
        return true
      end
      M.refresh_lenses(bufnr)
    end,
  })
end

return M
