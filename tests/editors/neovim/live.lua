-- Agents at work: what a monitoring file says shows on the line of the task, and goes with it.
local t = require('support')

vim.lsp.enable('tallymark')
local plan = t.open('clean', 'rotate-signing-keys')
local root = vim.fs.dirname(vim.fs.find('docs', { path = plan, upward = true })[1])
local registry = root .. '/.gadugi/monitoring/process_registry.json'

-- Replaces the registry as orchestrators should: another file, renamed.
local function write(task, status)
  local now = os.date('!%Y-%m-%dT%H:%M:%SZ')
  local run = {
    task_id = task, task_name = task, status = status, command = 'claude', working_directory = '/', created_at = now,
    prompt_file = vim.NIL, pid = vim.NIL, started_at = now, last_heartbeat = now, exit_code = vim.NIL,
    completed_at = status == 'running' and vim.NIL or now, error_message = vim.NIL, resource_usage = vim.NIL,
  }
  vim.fn.mkdir(vim.fs.dirname(registry), 'p')
  vim.fn.writefile({ vim.json.encode({ timestamp = now, processes = { [task] = run } }) }, registry .. '.new')
  assert(vim.uv.fs_rename(registry .. '.new', registry))
end

t.run({
  { 'nobody tells of agents, and nothing is said of any', function()
    t.client()
    t.sees_hint('# Implementation Plan', '4/7 · 57%')
    t.equal({}, t.codes())
  end },
  { 'a run shows on the line of its task', function()
    write('2.1', 'running')
    t.eventually('the hint of a running task', function()
      return (t.hint('2.1 Sign') or ''):find('●', 1, true)
    end)
  end },
  { 'its end shows too', function()
    write('2.1', 'failed')
    t.eventually('the hint of a failed run', function()
      return (t.hint('2.1 Sign') or ''):find('✗', 1, true)
    end)
  end },
  { 'a run of a task that the plan does not have is a finding', function()
    write('9.9', 'running')
    t.eventually('TM406', function()
      return vim.tbl_contains(t.codes(), 'TM406')
    end)
  end },
  { 'what is gone is no longer shown', function()
    vim.fn.delete(registry)
    t.eventually('no findings', function()
      return vim.deep_equal({}, t.codes())
    end)
    assert(not (t.hint('2.1 Sign') or ''):find('✗', 1, true))
  end },
})
