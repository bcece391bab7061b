-- For Neovim 0.11 and later: vim.lsp.enable('tallymark')
return require('tallymark.client').config()
