import { ElMessageBox } from 'element-plus'
import { zh } from '@/locales/zh-CN'

export interface ConfirmOptions {
  title: string
  /** What will happen, in full: what is lost, what cannot be undone. */
  message: string
  confirmLabel?: string
  cancelLabel?: string
  danger?: boolean
}

/** confirmAction asks before something that is hard to undo; false when the person turns back. */
export async function confirmAction(options: ConfirmOptions): Promise<boolean> {
  try {
    await ElMessageBox.confirm(options.message, options.title, {
      type: 'warning',
      confirmButtonText: options.confirmLabel ?? zh.common.confirm,
      cancelButtonText: options.cancelLabel ?? zh.common.cancel,
      confirmButtonClass: options.danger ? 'el-button--danger' : '',
      closeOnClickModal: false,
      autofocus: !options.danger,
    })
    return true
  } catch {
    return false
  }
}
