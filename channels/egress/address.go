package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// parse reads an address and refuses the forms that are wrong whatever they resolve to.
func (g *Guard) parse(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errUnreadable.Because(errors.New("egress: unreadable address")) // the parser's words repeat the address
	}
	return u, g.checkShape(u)
}

// checkShape refuses schemes, users, ports and spellings of hosts. It runs on every request, redirected ones included.
func (g *Guard) checkShape(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return errUnreadable.Because(fmt.Errorf("egress: scheme %q", u.Scheme))
	case u.Scheme == "http" && len(g.listed) == 0:
		return errPlain.Because(errors.New("egress: plain http, and no network is listed"))
	case u.User != nil:
		return errUser.Because(errors.New("egress: user information in the address"))
	case u.Opaque != "" || u.Hostname() == "":
		return errUnreadable.Because(errors.New("egress: no host"))
	case portOf(u) == 0 || !g.portOpen(portOf(u)):
		return errPort.Because(fmt.Errorf("egress: port %s", u.Port()))
	}
	return g.checkHost(u.Hostname())
}

// checkHost refuses address literals outside listed networks, and names that some resolvers read as a number.
func (g *Guard) checkHost(host string) error {
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.checkLiteral(addr)
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return errUnreadable.Because(errors.New("egress: malformed host name"))
	}
	// Full-width digits become ASCII here, as they do in the transport.
	if addr, err := netip.ParseAddr(ascii); err == nil {
		return g.checkLiteral(addr)
	}
	labels := strings.Split(strings.TrimSuffix(ascii, "."), ".")
	last := strings.ToLower(labels[len(labels)-1])
	if last == "localhost" && !g.isListed(netip.AddrFrom4([4]byte{127, 0, 0, 1})) {
		return ErrAddress.Because(errors.New("egress: localhost"))
	}
	if last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return ErrAddress.Because(errors.New("egress: a number for a host name")) // http://2130706433/, http://127.1/, http://0x7f.0.0.1/
	}
	return nil
}

func (g *Guard) checkLiteral(addr netip.Addr) error {
	if addr.Zone() != "" || !g.isListed(addr) {
		return ErrAddress.Because(fmt.Errorf("egress: address literal %s", addr))
	}
	return nil
}

// portOf returns the port of an address, that of its scheme when it names none, 0 when it cannot be read.
func portOf(u *url.URL) uint16 {
	switch {
	case u.Port() != "":
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return 0
		}
		return uint16(n)
	case u.Scheme == "http":
		return 80
	}
	return 443
}
