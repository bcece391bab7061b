-- The way of Neovim 0.10, which has no vim.lsp.enable; and the options.
local t = require('support')

vim.lsp.enable = nil
local program = vim.fn.exepath('tallymark')
-- A buffer that is there before setup is called, as with a plugin that is loaded late.
t.open('phased', 'offline-map-tiles')
require('tallymark').setup({ cmd = { program, 'lsp', '--stdio' }, code_lenses = false })

t.run({
  { 'the server attaches to a buffer that was open before', function()
    local client = t.client()
    t.equal({ program, 'lsp', '--stdio' }, client.config.cmd)
    t.equal(vim.env.SAMPLES .. '/phased', client.root_dir)
  end },
  { 'hints are shown, and no lenses, which are switched off', function()
    t.sees_hint('# Implementation Plan', '4/10 · 40%')
    t.equal({}, t.lenses('2.2 Estimate'))
  end },
  { 'it attaches to files that are opened later, one server for each root', function()
    local first = t.client().id
    t.open('clean', 'rotate-signing-keys')
    local second = t.client()
    assert(second.id ~= first, 'one server for two roots')
    t.equal(vim.env.SAMPLES .. '/clean', second.root_dir)
    t.sees_hint('# Implementation Plan', '4/7 · 57%')
  end },
  { 'a buffer of markdown that is no file is left alone', function()
    vim.cmd('new')
    vim.bo.buftype = 'nofile'
    vim.bo.filetype = 'markdown'
    vim.wait(300)
    t.equal({}, vim.lsp.get_clients({ bufnr = 0 }))
  end },
})
