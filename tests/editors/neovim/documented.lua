-- The set-ups of docs/editors.md: they are sound, and the one without the plugin works.
local t = require('support')

local blocks = { lua = {}, json = {} }
do
  local page = table.concat(vim.fn.readfile(vim.env.DOCS .. '/editors.md'), '\n')
  for language, block in page:gmatch('```(%w+)\n(.-)```') do
    if blocks[language] then
      table.insert(blocks[language], block)
    end
  end
end

t.run({
  { 'the JSON can be read', function()
    assert(#blocks.json > 0, 'no JSON is documented')
    for _, block in ipairs(blocks.json) do
      vim.json.decode(block)
    end
  end },
  { 'the Lua can be read', function()
    for _, block in ipairs(blocks.lua) do
      assert(loadstring(block))
    end
  end },
  { 'the set-up without the plugin works', function()
    local own = vim.iter(blocks.lua):filter(function(block) return block:find('vim.lsp.start', 1, true) end):totable()
    t.equal(1, #own)
    assert(loadstring(own[1]))()
    local _, status = t.open('clean', 'rotate-signing-keys')
    t.client()
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    t.sees_hint('# Implementation Plan', '4/7 · 57%')
    t.go_to('2.1 Sign')
    vim.lsp.buf.code_action({ context = { only = { 'refactor.rewrite.tallymark.complete' }, diagnostics = {} }, apply = true })
    t.sees_status(status, '2.1', 'completed')
    t.sees_hint('# Implementation Plan', '5/7 · 71%')
  end },
  { 'the help can be found', function()
    vim.cmd('helptags ' .. vim.fn.fnameescape(vim.env.PLUGIN .. '/doc'))
    for _, tag in ipairs({ 'tallymark', ':Tallymark', 'tallymark-setup', 'tallymark-health' }) do
      vim.cmd('help ' .. tag)
      t.equal('tallymark.txt', vim.fs.basename(vim.api.nvim_buf_get_name(0)))
    end
  end },
})
