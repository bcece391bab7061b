-- An editor that dies without a word: its server and that one's sidecar end too, which the runner looks for.
local t = require('support')

vim.lsp.enable('tallymark')
local plan = t.open('clean', 'rotate-signing-keys')

t.run({
  { 'the server follows what others do, so its sidecar runs', function()
    t.client()
    t.sees_hint('# Implementation Plan', '4/7 · 57%')
    t.tallymark('complete', '2.1', '--plan', plan)
    t.sees_hint('# Implementation Plan', '5/7 · 71%')
  end },
  { 'Neovim is killed', function()
    vim.uv.kill(vim.fn.getpid(), 'sigkill')
  end },
})
