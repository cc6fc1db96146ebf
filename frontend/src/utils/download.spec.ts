import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { download, fileNameOf } from './download'

describe('the name of a file', () => {
  it('is the one that the answer gives', () =>
    expect(fileNameOf('attachment; filename="watchlist-20261122-1535.xlsx"', '清单.xlsx')).toBe('watchlist-20261122-1535.xlsx'))
  it.each([null, 'attachment', 'attachment; filename="../../etc/passwd"'])('is our own for %j', (disposition) =>
    expect(fileNameOf(disposition, '清单.xlsx')).toBe('清单.xlsx'),
  )
})

describe('download', () => {
  let saved: { name: string; size: number }[]

  beforeEach(() => {
    saved = []
    const blobs = new Map<string, Blob>()
    vi.stubGlobal('URL', Object.assign(URL, {
      createObjectURL: (blob: Blob) => {
        blobs.set('blob:1', blob)
        return 'blob:1'
      },
      revokeObjectURL: () => undefined,
    }))
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, size: blobs.get(this.href)?.size ?? -1 })
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  const answer = (response: Response | Error) =>
    vi.stubGlobal('fetch', async () => {
      if (response instanceof Error) throw response
      return response
    })

  it('saves what came under its name', async () => {
    answer(new Response('12345', { headers: { 'Content-Disposition': 'attachment; filename="a.xlsx"' } }))
    await download('/api/x.xlsx?q=1', 'b.xlsx')
    expect(saved).toEqual([{ name: 'a.xlsx', size: 5 }])
  })
  it('throws the sentence of a refusal and saves nothing', async () => {
    answer(Response.json({ code: 'account.filter_invalid', detail: '查询条件不对，请重新选择。' }, { status: 422 }))
    await expect(download('/api/x.xlsx', 'b.xlsx')).rejects.toThrow('查询条件不对，请重新选择。')
    expect(saved).toEqual([])
  })
  it('has a sentence of its own for a page of a proxy', async () => {
    answer(new Response('<html>Bad Gateway</html>', { status: 502 }))
    const problem = await download('/api/x.xlsx', 'b.xlsx').catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect((problem as ApiProblem).message).toContain('服务器暂时无法访问')
  })
  it('says when the server cannot be reached', async () => {
    answer(new TypeError('Failed to fetch'))
    await expect(download('/api/x.xlsx', 'b.xlsx')).rejects.toThrow('连接不上服务器')
  })
})
