package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"govmedia/accounts"
	"govmedia/channels/wechat"
)

// Config is every setting of the program: one row each, with its default and meaning. Each is read from the environment;
// a secret may stand in a file instead, named by the same variable with _FILE behind it.
type Config struct {
	Listen     string        `env:"GOVMEDIA_LISTEN" envDefault:"127.0.0.1:8080"` // where the server listens
	PublicBase string        `env:"GOVMEDIA_PUBLIC_BASE"`                        // our address as readers reach it; default http://LISTEN
	Data       string        `env:"GOVMEDIA_DATA" envDefault:"data"`             // folder of the SQLite file, pictures and keys
	DSN        string        `env:"GOVMEDIA_DSN"`                                // database; default sqlite:DATA/govmedia.db (secret: may hold a password)
	LogLevel   string        `env:"GOVMEDIA_LOG_LEVEL" envDefault:"info"`        // debug, info, warn, error
	Performers int           `env:"GOVMEDIA_PERFORMERS" envDefault:"24"`         // deliveries worked on at once by this node
	Stop       time.Duration `env:"GOVMEDIA_STOP" envDefault:"70s"`              // how long a stop waits for calls under way

	SealKeys  string `env:"GOVMEDIA_SEAL_KEYS"`  // secret: keys that seal credentials, id:base64 by commas; default DATA/seal.key
	TokenKeys string `env:"GOVMEDIA_TOKEN_KEYS"` // secret: keys that sign access tokens, id:base64 by commas; default DATA/token.key

	TrustedProxies []string `env:"GOVMEDIA_TRUSTED_PROXIES"`    // CIDRs of reverse proxies whose X-Forwarded-For is believed
	AllowCIDRs     []string `env:"GOVMEDIA_EGRESS_ALLOW_CIDRS"` // inner networks that user-given addresses may lead to
	AllowPorts     []uint16 `env:"GOVMEDIA_EGRESS_ALLOW_PORTS"` // ports besides 80 and 443 towards those networks
	OfficeAddress  string   `env:"GOVMEDIA_OFFICE_ADDRESS"`     // the office's public address, told to Weibo as the operator's
	Contact        string   `env:"GOVMEDIA_CONTACT"`            // telephone or mail for the sites that we read, told to them in the User-Agent

	WeChatBase     string `env:"GOVMEDIA_WECHAT_BASE" envDefault:"https://api.weixin.qq.com"`
	WeChatPageBase string `env:"GOVMEDIA_WECHAT_PAGE_BASE"` // where accounts' administrators scan a code; default WeChat's own pages
	// The third-party platform (开放平台的第三方平台) that accounts can be bound to by scanning a code. All four or none.
	WeChatComponentAppID  string `env:"GOVMEDIA_WECHAT_COMPONENT_APPID"`
	WeChatComponentSecret string `env:"GOVMEDIA_WECHAT_COMPONENT_SECRET"`  // secret
	WeChatComponentToken  string `env:"GOVMEDIA_WECHAT_COMPONENT_TOKEN"`   // secret: 消息校验 Token
	WeChatComponentAESKey string `env:"GOVMEDIA_WECHAT_COMPONENT_AES_KEY"` // secret: 消息加解密 Key, 43 characters

	WeiboAPIBase    string `env:"GOVMEDIA_WEIBO_API_BASE" envDefault:"https://api.weibo.com"`
	WeiboUploadBase string `env:"GOVMEDIA_WEIBO_UPLOAD_BASE"` // of pictures; default https://upload.api.weibo.com, or the API's base where that is set
	WeiboAuthBase   string `env:"GOVMEDIA_WEIBO_AUTH_BASE" envDefault:"https://api.weibo.com"`
	WeiboPageBase   string `env:"GOVMEDIA_WEIBO_PAGE_BASE" envDefault:"https://weibo.com"` // where readers see a post

	S3Endpoint  string `env:"GOVMEDIA_S3_ENDPOINT"` // pictures go to S3 (or OSS, COS, OBS) when set, else to DATA/media
	S3Bucket    string `env:"GOVMEDIA_S3_BUCKET"`
	S3Region    string `env:"GOVMEDIA_S3_REGION"`
	S3AccessKey string `env:"GOVMEDIA_S3_ACCESS_KEY"` // secret
	S3SecretKey string `env:"GOVMEDIA_S3_SECRET_KEY"` // secret
	S3Insecure  bool   `env:"GOVMEDIA_S3_INSECURE"`   // plain http, for a store inside the office's network

	SMTPHost     string `env:"GOVMEDIA_SMTP_HOST"`                      // mail server for reminders; none: no mail goes out
	SMTPPort     int    `env:"GOVMEDIA_SMTP_PORT"`                      // default 465 with tls, else 587
	SMTPTLS      string `env:"GOVMEDIA_SMTP_TLS" envDefault:"starttls"` // starttls, tls, or none for a relay inside the office's network
	SMTPUsername string `env:"GOVMEDIA_SMTP_USERNAME"`
	SMTPPassword string `env:"GOVMEDIA_SMTP_PASSWORD"`  // secret
	SMTPFrom     string `env:"GOVMEDIA_SMTP_FROM"`      // sender's address
	SMTPFromName string `env:"GOVMEDIA_SMTP_FROM_NAME"` // sender's name, such as the office's
	SMTPCAFile   string `env:"GOVMEDIA_SMTP_CA_FILE"`   // PEM of the authority behind the mail server's certificate, beside the system's own

	SandboxListen  string `env:"GOVMEDIA_SANDBOX_LISTEN" envDefault:"127.0.0.1:8090"`  // the stand-in platforms of demo and sandbox
	SandboxControl string `env:"GOVMEDIA_SANDBOX_CONTROL" envDefault:"127.0.0.1:8091"` // and their control port
	SandboxData    string `env:"GOVMEDIA_SANDBOX_DATA"`                                // where the stand-ins alone keep everything; empty: in memory

	// Hurry divides every wait of the delivery engine and of the channels. For tests; 1 in production.
	Hurry int `env:"GOVMEDIA_HURRY" envDefault:"1"`

	// DemoAhead is how far the demo's clock runs before the machine's, such as 480h, so that a walk need not wait until a public
	// notice has stood its time. Nothing but the demo heeds it.
	DemoAhead time.Duration `env:"GOVMEDIA_DEMO_AHEAD"`

	clock func() time.Time // nil: the machine's
}

// secretFiles are the variables that may stand in a file.
var secretFiles = []string{"GOVMEDIA_DSN", "GOVMEDIA_SEAL_KEYS", "GOVMEDIA_TOKEN_KEYS", "GOVMEDIA_S3_ACCESS_KEY", "GOVMEDIA_S3_SECRET_KEY",
	"GOVMEDIA_SMTP_PASSWORD", "GOVMEDIA_WECHAT_COMPONENT_SECRET", "GOVMEDIA_WECHAT_COMPONENT_TOKEN", "GOVMEDIA_WECHAT_COMPONENT_AES_KEY"}

// loadConfig reads the settings from the environment, given as NAME=value lines.
func loadConfig(environ []string) (Config, error) {
	values := map[string]string{}
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok {
			values[name] = value
		}
	}
	for _, name := range secretFiles {
		path := values[name+"_FILE"]
		if path == "" {
			continue
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			return Config{}, fmt.Errorf("read %s_FILE: %w", name, err)
		}
		values[name] = strings.TrimSpace(string(content))
	}
	config, err := env.ParseAsWithOptions[Config](env.Options{Environment: values})
	if err != nil {
		return Config{}, fmt.Errorf("read the settings: %w", err)
	}
	return config, config.finish()
}

// finish fills the defaults that depend on other settings and refuses what cannot work.
func (c *Config) finish() error {
	if c.DSN == "" {
		c.DSN = "sqlite:" + filepath.Join(c.Data, "govmedia.db")
	}
	if c.PublicBase == "" {
		c.PublicBase = "http://" + c.Listen
	}
	c.PublicBase = strings.TrimSuffix(c.PublicBase, "/")
	if c.Performers < 1 || c.Hurry < 1 {
		return fmt.Errorf("GOVMEDIA_PERFORMERS and GOVMEDIA_HURRY must be at least 1")
	}
	if c.SMTPHost != "" {
		if err := c.smtp().Check(); err != nil {
			return fmt.Errorf("read GOVMEDIA_SMTP_…: %w", err)
		}
	}
	for _, list := range [][]string{c.TrustedProxies, c.AllowCIDRs} {
		for _, cidr := range list {
			if _, err := netip.ParsePrefix(cidr); err != nil {
				return fmt.Errorf("read a network: %w", err)
			}
		}
	}
	return nil
}

// component is the third-party platform of WeChat's that is set up; nil where none is.
func (c *Config) component(keys *accounts.Keyring) *wechat.Component {
	if c.WeChatComponentAppID+c.WeChatComponentSecret+c.WeChatComponentToken+c.WeChatComponentAESKey == "" {
		return nil
	}
	return &wechat.Component{AppID: c.WeChatComponentAppID, Secret: c.WeChatComponentSecret, Token: c.WeChatComponentToken,
		AESKey: c.WeChatComponentAESKey, PageBase: c.WeChatPageBase, MobileBase: c.WeChatPageBase, Keys: keys}
}

// secureCookies reports whether readers reach us over TLS, so that cookies must not travel without it.
func (c *Config) secureCookies() bool { return strings.HasPrefix(c.PublicBase, "https://") }
