-- How the server is started, and for which files.
local M = {}

---The workspace's root, as the server itself and the command line find it.
---@param bufnr integer
---@return string
local function root(bufnr)
  return vim.fs.root(bufnr, 'tallymark.toml')
    or vim.fs.root(bufnr, '.git')
    or vim.fs.dirname(vim.api.nvim_buf_get_name(bufnr))
end

---Markdown files, and of the JSON files status.json alone. Whether a markdown file is a plan, the server finds out; it
---says nothing about one that is none.
---@param bufnr integer
---@return boolean
local function concerns(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' or vim.bo[bufnr].buftype ~= '' then
    return false
  end
  return vim.bo[bufnr].filetype == 'markdown' or vim.fs.basename(name) == 'status.json'
end

---Before 0.12 Neovim does not know this request: the server asks for it when another process has changed a status.
---@type lsp.Handler
local function refresh_lenses(_, _, context)
  for bufnr in pairs(vim.lsp.get_client_by_id(context.client_id).attached_buffers) do
    require('tallymark.show').refresh_lenses(bufnr)
  end
  return vim.NIL
end

---A lens or a code action marks a task.
---@param command lsp.Command
---@param context lsp.HandlerContext
local function mark(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  require('tallymark.mark').execute(client, command, nil, context.bufnr)
end

---@return vim.lsp.Config
function M.config()
  local options = require('tallymark').options
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  -- For :Tallymark, which says why something cannot be done now.
  capabilities.textDocument.codeAction.disabledSupport = true
  local config = {
    name = 'tallymark',
    cmd = options.cmd,
    filetypes = { 'markdown', 'json' },
    root_dir = function(bufnr, start)
      if concerns(bufnr) then
        start(root(bufnr))
      end
    end,
    settings = { tallymark = options.settings },
    capabilities = capabilities,
    commands = { ['tallymark.mark'] = mark },
  }
  if not vim.lsp.codelens.enable then
    capabilities.workspace.codeLens = { refreshSupport = true }
    config.handlers = { ['workspace/codeLens/refresh'] = refresh_lenses }
  end
  return config
end

---What vim.lsp.enable does, for Neovim 0.10, which does not have it.
function M.start_on_file_type()
  local config = M.config()
  local function start(bufnr)
    config.root_dir(bufnr, function(root_dir)
      vim.lsp.start(vim.tbl_extend('force', config, { root_dir = root_dir }), { bufnr = bufnr })
    end)
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('tallymark.start', {}),
    pattern = config.filetypes,
    desc = 'Start tallymark',
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.list_contains(config.filetypes, vim.bo[bufnr].filetype) then
      start(bufnr)
    end
  end
end

return M
