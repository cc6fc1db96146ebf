package units

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"govmedia/sql"
)

// AccessLife is how long an access token answers; then the client refreshes.
const AccessLife = 15 * time.Minute

// ActorTTL is how long Authenticate may answer from memory. What another node changed (signed out, disabled, roles) is
// seen here within this time; what this process changed, at once.
const ActorTTL = 15 * time.Second

const (
	tokenIssuer   = "govmedia"
	tokenAudience = "govmedia"
	minKey        = 32 // bytes: as long as the hash (RFC 7518, 3.2)
)

// Keys are the secrets with which tokens are made: one signs, all are accepted. To rotate, add a key, let it sign, and
// take the old one out after SessionLife.
type Keys struct {
	signing string
	secrets map[string][]byte
}

var validKeyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// NewKeys returns keys by id; signing names the one that signs. Each has at least 32 bytes.
func NewKeys(signing string, secrets map[string][]byte) (Keys, error) {
	keys := Keys{signing: signing, secrets: map[string][]byte{}}
	for id, secret := range secrets {
		if !validKeyID.MatchString(id) {
			return Keys{}, fmt.Errorf("units: key id %q: want 1 to 32 letters, digits, dashes and underlines", id)
		}
		if len(secret) < minKey {
			return Keys{}, fmt.Errorf("units: key %s has %d bytes, want at least %d", id, len(secret), minKey)
		}
		keys.secrets[id] = slices.Clone(secret)
	}
	if keys.secrets[signing] == nil {
		return Keys{}, fmt.Errorf("units: no key has the id %q that should sign", signing)
	}
	return keys, nil
}

type claims struct {
	SessionID string `json:"sid"`
	jwt.RegisteredClaims
}

func (k Keys) accessToken(now sql.Time, personID, sessionID string) (string, sql.Time, error) {
	expires := now.Add(AccessLife)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{SessionID: sessionID, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: tokenIssuer, Audience: jwt.ClaimStrings{tokenAudience}, Subject: personID,
		IssuedAt: jwt.NewNumericDate(now.Std()), ExpiresAt: jwt.NewNumericDate(expires.Std()),
	}})
	token.Header["kid"] = k.signing
	text, err := token.SignedString(k.secrets[k.signing])
	return text, expires, err
}

// readToken returns what a token says after everything about it was checked but the session.
func (k Keys) readToken(now sql.Time, text string) (claims, error) {
	var read claims
	_, err := jwt.ParseWithClaims(text, &read, func(token *jwt.Token) (any, error) {
		id, _ := token.Header["kid"].(string)
		if secret := k.secrets[id]; secret != nil {
			return secret, nil
		}
		return nil, errors.New("no key has the token's key id")
	}, jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(tokenIssuer),
		jwt.WithAudience(tokenAudience), jwt.WithTimeFunc(now.Std))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return claims{}, ErrTokenExpired.Because(err)
	case err != nil:
		return claims{}, ErrTokenInvalid.Because(err)
	case read.Subject == "" || read.SessionID == "":
		return claims{}, ErrTokenInvalid
	}
	return read, nil
}

// A refresh secret is "session.turn.seed.key.mac": the turn counts the exchanges, the seed is random for each session, and
// the mac proves that we made it. So the next one follows from the present one, twice the same, and an old one is known
// for ours, however many came after it.

func (k Keys) firstSecret(sessionID string) string {
	seed := make([]byte, 16)
	_, _ = rand.Read(seed) // never fails since Go 1.24
	return k.secret(k.signing, sessionID, 1, base64.RawURLEncoding.EncodeToString(seed))
}

func (k Keys) secret(keyID, sessionID string, turn int64, seed string) string {
	body := fmt.Sprintf("%s.%d.%s.%s", sessionID, turn, seed, keyID)
	mac := hmac.New(sha256.New, k.secrets[keyID])
	_, _ = mac.Write([]byte("govmedia refresh secret 1\x00" + body)) // a hash never fails to write
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// nextSecret returns the session of a secret that we made, and the secret that follows it.
func (k Keys) nextSecret(secret string) (sessionID, next string, ok bool) {
	parts := strings.Split(secret, ".")
	if len(secret) > 256 || len(parts) != 5 || k.secrets[parts[3]] == nil {
		return "", "", false
	}
	turn, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || !hmac.Equal([]byte(secret), []byte(k.secret(parts[3], parts[0], turn, parts[2]))) {
		return "", "", false
	}
	return parts[0], k.secret(k.signing, parts[0], turn+1, parts[2]), true
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Authenticate returns the actor behind an access token, with the roles held now, or a fault of kind Unauthenticated:
// ErrTokenExpired asks for a refresh, ErrTokenInvalid and ErrSessionOver for a new sign-in. Answers come from memory for
// up to ActorTTL. The caller sets RequestID, and refuses with ErrMustChange what an actor with MustChange asks for.
func Authenticate(ctx context.Context, db *sql.DB, keys Keys, token string) (Actor, error) {
	read, err := keys.readToken(db.Now(), token)
	if err != nil {
		return Actor{}, err
	}
	actor, generation, found := signedIn.get(read.SessionID, db.Now())
	if !found {
		var until sql.Time
		if actor, until, err = loadActor(ctx, db, read.SessionID); err != nil {
			return Actor{}, wrap(err, "authenticate session %s", read.SessionID)
		}
		signedIn.put(actor, min(until, db.Now().Add(ActorTTL)), generation)
	}
	if actor.PersonID != read.Subject {
		return Actor{}, ErrTokenInvalid
	}
	actor.Roles = slices.Clone(actor.Roles)
	return actor, nil
}

// loadActor returns the person behind a session in force and when the session ends.
func loadActor(ctx context.Context, db *sql.DB, sessionID string) (Actor, sql.Time, error) {
	row, err := sql.Get[struct {
		PersonID   string
		UsedAt     sql.Time
		ExpiresAt  sql.Time
		Name       string
		Username   string
		MustChange bool
	}](ctx, db, "session.actor", sql.Args{"id": sessionID})
	if errors.Is(err, sql.ErrNone) {
		return Actor{}, 0, ErrSessionOver
	}
	if err != nil {
		return Actor{}, 0, err
	}
	until := min(row.ExpiresAt, row.UsedAt.Add(SessionIdle))
	if db.Now() >= until {
		return Actor{}, 0, ErrSessionOver
	}
	roles, err := sql.List[HeldRole](ctx, db, "person_role.held", sql.Args{"person_id": row.PersonID})
	return Actor{PersonID: row.PersonID, Name: row.Name, Username: row.Username, SessionID: sessionID, Roles: roles, MustChange: row.MustChange}, until, err
}

// signedIn remembers the actors of this process by session id.
var signedIn = actorCache{actors: map[string]cachedActor{}}

// maxActors bounds the cache. Beyond it everything is dropped at once: what is needed is read again.
const maxActors = 10_000

type cachedActor struct {
	actor Actor
	until sql.Time
}

// actorCache counts its generation up with every forgetting, so that what was read from the database before is not put
// back after.
type actorCache struct {
	mu         sync.Mutex
	generation int64
	actors     map[string]cachedActor
}

func (c *actorCache) get(sessionID string, now sql.Time) (Actor, int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, found := c.actors[sessionID]
	return entry.actor, c.generation, found && now < entry.until
}

func (c *actorCache) put(actor Actor, until sql.Time, generation int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.actors) >= maxActors {
		clear(c.actors)
	}
	c.actors[actor.SessionID] = cachedActor{actor, until}
}

func (c *actorCache) forgetSession(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	delete(c.actors, id)
}

func (c *actorCache) forgetPerson(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for session, entry := range c.actors {
		if entry.actor.PersonID == id {
			delete(c.actors, session)
		}
	}
}
