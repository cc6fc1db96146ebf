package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The limits of one exchange.
const (
	MaxBody        = 2 << 20  // bytes of a page, a feed or an answer, after decompression
	MaxPicture     = 10 << 20 // bytes of a picture
	maxHeader      = 64 << 10
	maxRedirects   = 3
	defaultTimeout = 20 * time.Second
	headerTimeout  = 10 * time.Second
)

// Config is how a Guard is set up. The zero value reaches public addresses over https and nothing else.
type Config struct {
	// AllowCIDRs are networks the operator of the server has listed, for app back ends inside the government network.
	// They come from the server's configuration, never from the database or a screen. Plain http is allowed there.
	AllowCIDRs []netip.Prefix
	// AllowPorts are ports besides 80 and 443, towards listed networks only.
	AllowPorts []uint16
	RootCAs    *x509.CertPool // nil takes the system's
	Resolver   *net.Resolver  // nil takes the system's
	Timeout    time.Duration  // of a whole exchange; 0 is 20 seconds
	UserAgent  string         // empty is "govmedia"
	Log        *slog.Logger   // hears each use of a listed network; nil is silent
}

// Guard lets requests out. It may be used by many goroutines.
type Guard struct {
	listed    []netip.Prefix
	ports     []uint16
	resolver  *net.Resolver
	timeout   time.Duration
	userAgent string
	log       *slog.Logger
	guardian  *ssrf.Guardian
	secure    *http.Transport // for https
	plain     *http.Transport // for http, towards listed networks only
}

// neverListed stay closed even inside a listed network: link-local, where clouds keep their credentials, and the two
// metadata addresses outside of it (Alibaba Cloud, AWS on IPv6).
var neverListed = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("100.100.100.200/32"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("fd00:ec2::254/128"),
}

// New makes a Guard.
func New(cfg Config) *Guard {
	g := &Guard{
		ports: cfg.AllowPorts, resolver: cfg.Resolver, timeout: cfg.Timeout, userAgent: cfg.UserAgent, log: cfg.Log,
		guardian: ssrf.New(),
	}
	for _, prefix := range cfg.AllowCIDRs {
		g.listed = append(g.listed, prefix.Masked())
	}
	if g.resolver == nil {
		g.resolver = net.DefaultResolver
	}
	if g.timeout == 0 {
		g.timeout = defaultTimeout
	}
	if g.userAgent == "" {
		g.userAgent = "govmedia"
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	g.secure, g.plain = g.transport(cfg.RootCAs, false), g.transport(cfg.RootCAs, true)
	return g
}

// ParseCIDRs reads the operator's list of networks, such as "10.20.0.0/16" or a single address. It fails on the first
// that is malformed, and on one that holds every address.
func ParseCIDRs(list []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range list {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("egress: %q is no network: %w", text, err)
		}
		if prefix.Bits() == 0 {
			return nil, fmt.Errorf("egress: %q would open every address", text)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

// transport makes the transport of one scheme. Proxy stays nil on purpose: behind a proxy named in the environment the
// check at dial would see the proxy's address only. HTTP/2 is left out: a webhook gains nothing from it. As many connections to a
// host are kept as a node has performers, for one vendor may run the back ends of all apps of a district.
func (g *Guard) transport(roots *x509.CertPool, plain bool) *http.Transport {
	dialer := &net.Dialer{Timeout: headerTimeout, Resolver: g.resolver, Control: g.control(plain)}
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    headerTimeout,
		ResponseHeaderTimeout:  g.timeout, // the caller's deadline is the shorter one; this bounds a forgotten one
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        30 * time.Second,
	}
}

// control is the door itself. It runs after name resolution, once for each address tried.
func (g *Guard) control(plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		target, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return ErrAddress.Because(fmt.Errorf("egress: dial %s %s", network, address))
		}
		return g.permit(plain, target)
	}
}

// permit says whether a connection to target may be made.
func (g *Guard) permit(plain bool, target netip.AddrPort) error {
	if g.isListed(target.Addr()) {
		if !g.portOpen(target.Port()) {
			return errPort.Because(fmt.Errorf("egress: port %d of a listed network is not open", target.Port()))
		}
		g.log.Info("egress: listed network used", "address", target.String())
		return nil
	}
	if plain {
		return errPlain.Because(fmt.Errorf("egress: plain http to %s, which is not listed", target.Addr()))
	}
	if err := g.guardian.SafeAddrPort(target); err != nil {
		return ErrAddress.Because(err)
	}
	return nil
}

// isListed tells whether the operator has opened an address. An IPv4 address in an IPv6 dress counts as what it is.
func (g *Guard) isListed(addr netip.Addr) bool {
	addr = addr.Unmap()
	holds := func(prefix netip.Prefix) bool { return prefix.Contains(addr) }
	return slices.ContainsFunc(g.listed, holds) && !slices.ContainsFunc(neverListed, holds)
}

func (g *Guard) portOpen(port uint16) bool {
	return port == 80 || port == 443 || slices.Contains(g.ports, port)
}

// CheckURL says before anything is sent whether an address would be let out, resolving its name once. It returns the
// address as it will be used. It fails with ErrAddress or ErrUnresolved; passing it promises nothing, the dial decides.
func (g *Guard) CheckURL(ctx context.Context, raw string) (string, error) {
	u, err := g.parse(raw)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	addrs, err := g.resolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil || len(addrs) == 0 {
		return "", ErrUnresolved.Because(err)
	}
	for _, addr := range addrs {
		// The resolver dresses IPv4 as IPv6; the dialer will undress it too.
		if err := g.permit(u.Scheme == "http", netip.AddrPortFrom(addr.Unmap(), portOf(u))); err != nil {
			return "", err
		}
	}
	return u.String(), nil
}
