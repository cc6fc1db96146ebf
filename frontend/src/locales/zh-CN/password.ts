/** The page on which a person changes the own password. */
export const password = {
  title: '修改密码',
  mustChange: '您现在用的是初始密码，或管理员刚重置的密码，知道它的不只您一人。请先换成自己的密码，再进行其他操作。',
  old: '原密码',
  new: '新密码',
  again: '再输一次新密码',
  newHint: '不要与登录名相同，也不要用别处用过的密码。',
  oldRequired: '请输入原密码。',
  newRequired: '请输入新密码。',
  againWrong: '两次输入的新密码不一样，请重新输入。',
  others: '修改后，您在其他电脑和手机上的登录会退出，需要用新密码重新登录。',
  submit: '确认修改',
  submitting: '正在修改…',
  done: '密码已修改，其他设备上的登录已退出。',
  back: '返回待办',
}
