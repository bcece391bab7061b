-- :checkhealth tallymark
local M = {}

function M.check()
  local health = vim.health
  health.start('tallymark')
  if vim.fn.has('nvim-0.10') == 0 then
    return health.error('Neovim 0.10 or later is needed')
  end

  local cmd = vim.lsp.config and vim.lsp.config.tallymark.cmd or require('tallymark').options.cmd
  local program = type(cmd) == 'table' and cmd[1] or nil
  if not program then
    health.info('The server is started by a function')
  elseif vim.fn.executable(program) == 0 then
    health.error(("`%s` is not there, or not executable"):format(program), {
      'cargo install --git https://github.com/tallymark/tallymark tallymark',
      "require('tallymark').setup({ cmd = { '/path/to/tallymark', 'lsp' } })",
    })
  else
    local result = vim.system({ program, '--version' }, { text = true }):wait(5000)
    if result.code == 0 then
      health.ok(('`%s` is %s'):format(vim.fn.exepath(program), vim.trim(result.stdout)))
    else
      health.error(('`%s --version` failed: %s'):format(program, vim.trim(result.stderr or '')))
    end
  end

  if vim.lsp.is_enabled and not vim.lsp.is_enabled('tallymark') then
    health.warn('It is not enabled', { "vim.lsp.enable('tallymark')" })
  end
  local clients = vim.lsp.get_clients({ name = 'tallymark' })
  if #clients == 0 then
    health.info('No server is running: it starts with the first markdown file or status.json')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    health.ok(('A server runs for `%s` (%d buffers, columns in %s)'):format(
      client.root_dir or 'no folder', buffers, client.offset_encoding
    ))
  end
end

return M
