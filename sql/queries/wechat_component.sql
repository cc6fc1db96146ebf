-- name: wechat_ticket.get
SELECT component, ticket, ticket_key, issued_at, received_at FROM wechat_tickets WHERE component = :component

-- name: wechat_ticket.insert
INSERT INTO wechat_tickets (component, ticket, ticket_key, issued_at, received_at) VALUES (:component, :ticket, :ticket_key, :issued_at, :received_at)

-- name: wechat_ticket.renew
-- A newer ticket; one that was issued earlier changes nothing.
UPDATE wechat_tickets SET ticket = :ticket, ticket_key = :ticket_key, issued_at = :issued_at, received_at = :received_at
WHERE component = :component AND issued_at < :issued_at

-- name: wechat_component_event.insert
-- The key refuses a repetition.
INSERT INTO wechat_component_events (event_key, nonce, name, received_at) VALUES (:event_key, :nonce, :name, :received_at)

-- name: wechat_component_event.of_nonce
-- The event that a nonce came with first; another event must not use it again.
SELECT event_key FROM wechat_component_events WHERE nonce = :nonce ORDER BY received_at LIMIT 1

-- name: wechat_component_event.prune
DELETE FROM wechat_component_events WHERE received_at < :before

-- name: wechat_grant.get
SELECT account_id, component, app_id, original_id, nickname, principal, service_type, verify_type, permissions, refresh, refresh_key, state, code,
    authorised_at, authorised_by, event_at, checked_at, next_check_at
FROM wechat_grants WHERE account_id = :account_id

-- name: wechat_grant.of_app
SELECT account_id, component, app_id, original_id, nickname, principal, service_type, verify_type, permissions, refresh, refresh_key, state, code,
    authorised_at, authorised_by, event_at, checked_at, next_check_at
FROM wechat_grants WHERE app_id = :app_id

-- name: wechat_grant.insert
INSERT INTO wechat_grants (account_id, component, app_id, original_id, nickname, principal, service_type, verify_type, permissions, refresh, refresh_key, state, code,
    authorised_at, authorised_by, event_at, checked_at, next_check_at)
VALUES (:account_id, :component, :app_id, :original_id, :nickname, :principal, :service_type, :verify_type, :permissions, :refresh, :refresh_key, :state, :code,
    :authorised_at, :authorised_by, :event_at, :checked_at, :next_check_at)

-- name: wechat_grant.delete
DELETE FROM wechat_grants WHERE account_id = :account_id

-- name: wechat_grant.refreshed
-- The refresh token that came in place of the one that was used; one that came meanwhile stays.
UPDATE wechat_grants SET refresh = :refresh, refresh_key = :refresh_key WHERE account_id = :account_id AND refresh = :old

-- name: wechat_grant.checked
-- What WeChat says of the account now.
UPDATE wechat_grants SET original_id = :original_id, nickname = :nickname, principal = :principal, service_type = :service_type,
    verify_type = :verify_type, permissions = :permissions, state = :state, code = :code, checked_at = :checked_at, next_check_at = :next_check_at
WHERE account_id = :account_id AND authorised_at = :authorised_at

-- name: wechat_grant.stand
-- How it stands, of one that was not granted anew meanwhile.
UPDATE wechat_grants SET state = :state, code = :code, next_check_at = :next_check_at WHERE account_id = :account_id AND authorised_at = :authorised_at

-- name: wechat_grant.withdrawn
-- WeChat said that it is over. News older than what is known changes nothing.
UPDATE wechat_grants SET state = 'revoked', code = 'unauthorized', event_at = :at, next_check_at = :now
WHERE app_id = :app_id AND component = :component AND event_at <= :at

-- name: wechat_grant.changed
-- WeChat said that it was given anew or changed: to be looked at.
UPDATE wechat_grants SET event_at = :at, next_check_at = :now WHERE app_id = :app_id AND component = :component AND event_at <= :at

-- name: wechat_grant.due
-- Grants that were not looked at for a day, or of which there is news.
SELECT account_id FROM wechat_grants WHERE next_check_at <= :now ORDER BY next_check_at, account_id LIMIT :limit

-- name: wechat_grant.claim
-- The right to look now: whoever moves the time on first.
UPDATE wechat_grants SET next_check_at = :next_check_at WHERE account_id = :account_id AND next_check_at <= :now

-- name: wechat_grant.bindable
-- An account on WeChat that the person may bind.
SELECT a.id FROM accounts a
WHERE a.id = :id AND a.platform = 'wechat'
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)

-- name: wechat_grant.alarms
-- Grants that ended or do not let anything be published (sets 7 and 11), within the units the person reaches; the last to be looked at first.
SELECT g.account_id, g.component, g.app_id, g.original_id, g.nickname, g.principal, g.service_type, g.verify_type, g.permissions, g.refresh, g.refresh_key, g.state, g.code,
    g.authorised_at, g.authorised_by, g.event_at, g.checked_at, g.next_check_at,
    a.name AS account_name, a.unit_id, u.name AS unit_name
FROM wechat_grants g JOIN accounts a ON a.id = g.account_id JOIN units u ON u.id = a.unit_id
WHERE a.mode = 'auto' AND a.state = 'in_use' AND (g.state IN ('revoked', 'lost') OR CONCAT(',', g.permissions, ',') NOT LIKE '%,7,%' OR CONCAT(',', g.permissions, ',') NOT LIKE '%,11,%')
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY g.next_check_at DESC, g.account_id LIMIT :limit

-- name: wechat_grant.sealed_otherwise
-- Refresh tokens that another key than the present one sealed.
SELECT account_id, refresh, refresh_key FROM wechat_grants WHERE refresh_key <> :key ORDER BY account_id

-- name: wechat_state.insert
INSERT INTO wechat_states (id, account_id, person_id, expires_at) VALUES (:id, :account_id, :person_id, :expires_at)

-- name: wechat_state.use
-- Good once: one row changed means that this is the first time.
UPDATE wechat_states SET used_at = :now WHERE id = :id AND used_at IS NULL AND expires_at > :now

-- name: wechat_state.prune
DELETE FROM wechat_states WHERE expires_at <= :before
