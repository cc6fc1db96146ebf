package channels

import (
	"context"

	"govmedia/accounts"
	"govmedia/sql"
)

// Prober is a Channel that can say how an account stands at its platform, without doing anything that readers see.
type Prober interface {
	// Health asks the platform. What it refuses is a line of the answer; an error is only what kept the probe itself from
	// being made, such as missing credentials.
	Health(ctx context.Context, account accounts.Account, credentials accounts.Credentials) (Health, error)
}

// Level is how a line of an account's health stands.
type Level string

// The levels, from good to bad; Untold is what the platform did not say.
const (
	Fine   Level = "ok"
	Warn   Level = "warn"
	Bad    Level = "bad"
	Untold Level = "unknown"
)

// Health is what a probe of an account found.
type Health struct {
	At     sql.Time     `json:"at"`
	Lines  []HealthLine `json:"lines"`
	Quotas []QuotaUse   `json:"quotas"`
}

// HealthLine is one thing that was probed.
type HealthLine struct {
	Name      string    `json:"name"`  // token, publish, …: stable
	Label     string    `json:"label"` // in Chinese
	Level     Level     `json:"level"`
	Code      string    `json:"code"`       // the platform's, empty when all went well
	Sentence  string    `json:"sentence"`   // Chinese: how it stands and, where it is not fine, the steps that mend it
	ExpiresAt *sql.Time `json:"expires_at"` // of what ends by itself
}

// QuotaUse is how much of a quota is used, as the platform says, or as we counted where it does not.
type QuotaUse struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Used  int64  `json:"used"`
	Most  int64  `json:"most"` // 0 where no bound is known
	Own   int64  `json:"own"`  // our own calls of the day
}

// Worst returns the worst level of the lines; Untold when there is none.
func (h Health) Worst() Level {
	rank := map[Level]int{Untold: 0, Fine: 1, Warn: 2, Bad: 3}
	worst := Untold
	for _, line := range h.Lines {
		if rank[line.Level] > rank[worst] {
			worst = line.Level
		}
	}
	return worst
}
