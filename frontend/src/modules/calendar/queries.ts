import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type GetAnswer, type PostAnswer, type PostBody, type PutBody } from '@/api/api'
import { unwrap } from '@/api/client'

export type CalendarView = GetAnswer<'/api/calendar'>
export type YearLine = CalendarView['items'][number]
export type YearReading = PostAnswer<'/api/calendar/parse'>['items'][number]
export type YearDraft = YearReading['draft']
export type YearPreview = PostAnswer<'/api/calendar/preview'>
export type RestSpan = YearDraft['rest'][number]

export const calendarKeys = { all: ['calendar'] as const }

const askEveryMs = 3_000

/** Every year of the calendar. Asked again while open duties are still being recounted. */
export function useCalendar() {
  return useQuery({
    queryKey: calendarKeys.all,
    queryFn: ({ signal }) => unwrap(api.GET('/api/calendar', { signal })),
    refetchInterval: (query) => ((query.state.data?.recounts ?? 0) > 0 ? askEveryMs : false),
    meta: { quiet: true },
  })
}

/** Reads a notice, pasted or as a file; saves nothing. */
export const useReadNotice = () =>
  useMutation({
    mutationFn: async (notice: { text: string } | { file: File }) => {
      const form = new FormData()
      if ('file' in notice) form.append('file', notice.file, notice.file.name)
      else form.append('text', notice.text)
      const read = api.POST('/api/calendar/parse', { body: {}, bodySerializer: () => form })
      return (await unwrap(read)).items
    },
    meta: { quiet: true },
  })

export const usePreviewYear = () =>
  useMutation({
    mutationFn: (body: PostBody<'/api/calendar/preview'>) => unwrap(api.POST('/api/calendar/preview', { body })),
    meta: { quiet: true },
  })

export function useSaveYear() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: { year: number; body: PutBody<'/api/calendar/{year}'> }) =>
      unwrap(api.PUT('/api/calendar/{year}', { params: { path: { year: input.year } }, body: input.body })),
    onSettled: () => {
      for (const key of ['calendar', 'accounts', 'dashboard']) void queries.invalidateQueries({ queryKey: [key] })
    },
    meta: { quiet: true },
  })
}
