import { describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { emptyForm } from './form'
import type { Saved } from './queries'
import { useSaving } from './saving'

const answer = (version: number, repeated = false): Saved =>
  ({ article: { id: '0000000000000001', version }, removed: [], voided: 0, repeated }) as unknown as Saved

const stale = () => new ApiProblem({ status: 409, code: 'article.stale', detail: '这篇稿件刚被别人修改过' })

function setUp() {
  const form = emptyForm('0000000000000009')
  form.title = '标题'
  const create = vi.fn(async () => answer(1))
  const save = vi.fn(async (_id: string, version: number) => answer(version + 1))
  const onSaved = vi.fn()
  const saving = useSaving({
    read: () => structuredClone(form),
    clientKey: () => 'key-1',
    create,
    save,
    onSaved,
    now: () => 42,
  })
  return { form, create, save, onSaved, saving }
}

describe('useSaving', () => {
  it('makes the article once and saves it from then on', async () => {
    const { create, save, saving } = setUp()
    expect(await saving.save()).toBe(true)
    expect(await saving.save()).toBe(true)
    expect(create).toHaveBeenCalledOnce()
    expect(create).toHaveBeenCalledWith(expect.objectContaining({ title: '标题' }), 'key-1')
    expect(save).toHaveBeenCalledExactlyOnceWith('0000000000000001', 1, expect.anything())
    expect(saving.target.value).toEqual({ id: '0000000000000001', version: 2 })
    expect(saving.savedAt.value).toBe(42)
  })

  it('stores what was typed since when the form was sent before', async () => {
    const { create, save, saving } = setUp()
    create.mockResolvedValueOnce(answer(5, true))
    expect(await saving.save()).toBe(true)
    expect(save).toHaveBeenCalledExactlyOnceWith('0000000000000001', 5, expect.objectContaining({ title: '标题' }))
    expect(saving.target.value?.version).toBe(6)
  })

  it('sends one call at a time', async () => {
    const { create, save, saving } = setUp()
    await Promise.all([saving.save(), saving.save()])
    expect(create).toHaveBeenCalledOnce()
    expect(save).toHaveBeenCalledOnce()
  })

  it('says when the person typed on meanwhile', async () => {
    const { form, create, onSaved, saving } = setUp()
    create.mockImplementationOnce(async () => {
      form.title = '新的标题'
      return answer(1)
    })
    await saving.save()
    expect(onSaved).toHaveBeenCalledExactlyOnceWith(expect.anything(), false)
  })

  it('keeps the version and sends nothing more when somebody else has saved', async () => {
    const { save, saving } = setUp()
    saving.target.value = { id: '0000000000000001', version: 3 }
    save.mockRejectedValueOnce(stale())
    expect(await saving.save()).toBe(false)
    expect(saving.stale.value?.message).toBe('这篇稿件刚被别人修改过')
    expect(saving.target.value.version).toBe(3)
    expect(await saving.save()).toBe(false)
    expect(save).toHaveBeenCalledOnce()
  })

  it('saves over the other version when the person decides so', async () => {
    const { save, saving } = setUp()
    saving.target.value = { id: '0000000000000001', version: 3 }
    save.mockRejectedValueOnce(stale())
    await saving.save()
    expect(await saving.keepMine(8)).toBe(true)
    expect(save).toHaveBeenLastCalledWith('0000000000000001', 8, expect.objectContaining({ title: '标题' }))
    expect(saving.stale.value).toBeNull()
  })

  it('tells why a save failed and tries again when asked', async () => {
    const { save, saving } = setUp()
    saving.target.value = { id: '0000000000000001', version: 3 }
    save.mockRejectedValueOnce(new ApiProblem({ status: 503, code: 'database.busy', detail: '稍后再试' }))
    expect(await saving.save()).toBe(false)
    expect(saving.failure.value?.message).toBe('稍后再试')
    expect(await saving.save()).toBe(true)
    expect(saving.failure.value).toBeNull()
  })
})
