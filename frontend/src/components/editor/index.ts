import { defineAsyncComponent } from 'vue'
import { toProblem } from '@/api/problem'
import type { UploadFunction } from '@/api/upload'
import { zh } from '@/locales/zh-CN'
import type { Imported } from './importHtml'

export type { Imported } from './importHtml'
export type { PendingPictures } from './pictures'

/** The editor is a chunk of its own, loaded by the first page that shows one. */
export const ArticleEditor = defineAsyncComponent(() => import('./ArticleEditor.vue'))

export interface ImportOptions {
  upload: UploadFunction
  /** Reads what a browser cannot, such as plain text of unknown encoding: `POST /api/imports`. */
  importOnServer?: (file: File) => Promise<Imported>
}

/** The kinds of files that importFile takes, for the `accept` of a file field. */
export const importAccept = '.docx,.doc,.wps,.html,.htm,.txt,.md'

const extensionOf = (file: File) => /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? ''

/** Uploads the pictures that stood inside a web page and puts their addresses in. */
async function storeInline(imported: Imported, files: File[], upload: UploadFunction): Promise<Imported> {
  const page = new DOMParser().parseFromString(imported.html, 'text/html')
  const warnings = [...imported.warnings]
  for (const [index, file] of files.entries()) {
    const image = page.querySelector(`img[data-upload-id="${index}"]`)
    try {
      const media = await upload(file)
      image?.removeAttribute('data-upload-id')
      image?.setAttribute('src', media.url)
    } catch (error) {
      image?.remove()
      warnings.push(zh.editor.import.pictureFailed(index + 1, toProblem(error).message))
    }
  }
  return { ...imported, html: page.body.innerHTML, warnings }
}

async function importPage(file: File, upload: UploadFunction): Promise<Imported> {
  const { importHtml } = await import('./importHtml')
  const files: File[] = []
  const acceptFile = (inline: File) => String(files.push(inline) - 1)
  const imported = await importHtml(file, { acceptFile })
  return files.length > 0 ? storeInline(imported, files, upload) : imported
}

/**
 * importFile takes in a Word document or a web page here and hands anything else to the server. Throws ImportError
 * or ApiProblem, whose message is the sentence to show.
 */
export async function importFile(file: File, options: ImportOptions): Promise<Imported> {
  const extension = extensionOf(file)
  if (['docx', 'doc', 'wps'].includes(extension)) {
    const { importDocx } = await import('./importDocx')
    return importDocx(file, options)
  }
  if (extension === 'html' || extension === 'htm') return importPage(file, options.upload)
  if (options.importOnServer) return options.importOnServer(file)
  const { ImportError } = await import('./importHtml')
  throw new ImportError(zh.editor.import.unknownKind)
}
