/** The sign-in page. */
export const signin = {
  title: '登录',
  username: '用户名',
  password: '密码',
  submit: '登录',
  submitting: '正在登录…',
  usernameRequired: '请输入用户名。',
  passwordRequired: '请输入密码。',
  expired: '登录已失效，请重新登录。未保存的内容已暂存，登录后可以恢复。',
  help: '忘记密码请联系本单位管理员重置。',
}
