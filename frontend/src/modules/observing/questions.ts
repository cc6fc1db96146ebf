import { zh } from '@/locales/zh-CN'
import { beijingTyped } from '@/utils/beijing'
import { formatTime } from '@/utils/time'
import { word } from '@/utils/words'
import type { Question, QuestionReply } from './queries'

/** What narrows the queue, as it stands in the address; an empty state means the open ones. */
export interface QuestionFilter {
  unit_id: string
  state: string
}

export interface AnswerForm {
  /** Empty until something is chosen. */
  answer: string
  /** A Beijing time such as `2026-11-01T09:30`. */
  at: string
  reason: string
}

export const emptyAnswer = (): AnswerForm => ({ answer: '', at: '', reason: '' })

/** Whether an answer must say why. */
export const needsReason = (answer: string): boolean => answer === 'at' || answer === 'drop'

/** What is wrong with a filled-in answer, by field; nothing when it can be sent. Whether a time has been is for the server's clock to say. */
export function problemsOf(form: AnswerForm): Partial<Record<keyof AnswerForm, string>> {
  const words = zh.observing.questions
  return {
    ...(form.answer === '' && { answer: words.chooseFirst }),
    ...(form.answer === 'at' && beijingTyped(form.at) === null && { at: words.atInvalid }),
    ...(needsReason(form.answer) && form.reason.trim() === '' && { reason: zh.common.reasonRequired }),
  }
}

/** The call that a filled-in answer makes. */
export function replyOf(question: Pick<Question, 'id' | 'version'>, form: AnswerForm): QuestionReply & { id: string } {
  const at = form.answer === 'at' ? beijingTyped(form.at) : null
  return {
    id: question.id,
    version: question.version,
    answer: form.answer as QuestionReply['answer'],
    ...(at !== null && { at }),
    ...(form.reason.trim() && { reason: form.reason.trim() }),
  }
}

/** The answers that the person may give now, each with what it does. */
export function answersOf(question: Pick<Question, 'answers' | 'shown_at' | 'first_seen_at'>): { value: string; label: string; text: string }[] {
  const words = zh.observing.questions
  return question.answers.map((value) => ({
    value,
    label: word(words.answers, value),
    text: words.answerTexts[value]?.(formatTime(value === 'shown' ? question.shown_at : question.first_seen_at)) ?? '',
  }))
}

/** What holds until somebody answers, or what was answered. */
export function sayStanding(question: Pick<Question, 'state' | 'post_id' | 'answer' | 'counted_at'>): string {
  const words = zh.observing.questions
  if (question.state === 'open') return question.post_id === null ? words.notCounting : words.counting
  if (question.answer === 'drop') return words.dropped
  const said = word(words.answers, question.answer)
  return question.counted_at === null ? said : `${said}，${words.counted(formatTime(question.counted_at))}`
}
