if vim.g.loaded_tallymark then
  return
end
vim.g.loaded_tallymark = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('tallymark needs Neovim 0.10 or later', vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Tallymark', function(command)
  require('tallymark.mark').run(command)
end, {
  nargs = '+',
  range = true,
  desc = 'Mark the task at the cursor, or the tasks of a range',
  complete = function(start, line)
    return require('tallymark.mark').complete(start, line)
  end,
})

vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('tallymark', {}),
  desc = 'Show the progress and the states of tasks',
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'tallymark' then
      require('tallymark.show').attach(event.buf)
    end
  end,
})
