package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"govmedia/accounts"
	"govmedia/channels/wechat"
	"govmedia/oversight"
	"govmedia/sql"
)

// sealedKinds is everything that lies sealed in the database for good. Access tokens and the ticket of WeChat's
// third-party platform are not among it: one that does not open is fetched anew, or comes anew within ten minutes.
var sealedKinds = []struct {
	name   string
	reseal func(context.Context, *sql.DB, *accounts.Keyring) (int, error)
}{
	{"accounts' credentials", accounts.Reseal},
	{"bots' secrets", oversight.ResealHooks},
	{"grants of WeChat accounts", wechat.ResealGrants},
}

// reseal seals with the newest key, the first one, whatever an older one sealed, so that the older ones may be taken out of
// the keys. It may run beside the servers and again after it was stopped: what is sealed anew stays so.
func reseal(ctx context.Context, p program) error {
	if err := mustHaveSealKeys(p.config); err != nil {
		return err
	}
	keys, err := sealKeys(p.config)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, p.config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var failed error
	for _, kind := range sealedKinds {
		n, err := kind.reseal(ctx, db, keys)
		fmt.Fprintf(p.out, "%d %s sealed anew with key %s\n", n, kind.name, keys.Current())
		failed = errors.Join(failed, err)
	}
	if errors.Is(failed, accounts.ErrKeyUnknown) {
		return accounts.ErrKeyUnknown.Say("有的凭证是用一把旧密钥加密的，现在的密钥里没有它。请把那把旧密钥加到新密钥后面，再运行一次 govmedia reseal，已经换好的不会重做；" +
			"旧密钥确实找不回来的，请在控制台重新绑定这个账号的凭证，或移除后重新添加这个群机器人。").Because(failed)
	}
	return failed
}

// mustHaveSealKeys refuses to go on where sealKeys would make a first key: whoever changes keys has some, elsewhere.
func mustHaveSealKeys(config Config) error {
	if config.SealKeys != "" {
		return nil
	}
	if _, err := os.Stat(sealKeyFile(config)); errors.Is(err, fs.ErrNotExist) {
		return accounts.ErrKeyringInvalid.Say("没有找到密钥：既没有设置 GOVMEDIA_SEAL_KEYS，也没有密钥文件 %s。请用与服务器相同的设置运行 govmedia reseal。", sealKeyFile(config)).
			Because(err)
	}
	return nil
}
