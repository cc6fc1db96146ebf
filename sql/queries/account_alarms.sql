-- name: account_alarm.certifications
-- WeChat accounts whose certification ends soon or has ended, as the register has it; the first to end first.
SELECT a.id AS account_id, a.name AS account_name, a.platform, a.unit_id, u.name AS unit_name, p.certified_until AS expires_at
FROM particulars p JOIN accounts a ON a.id = p.account_id JOIN units u ON u.id = a.unit_id
WHERE a.platform = 'wechat' AND a.state = 'in_use' AND p.certified_until <= :before
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY p.certified_until, a.id LIMIT :limit

-- name: account_alarm.blocked
-- WeChat accounts that get no token now, and why: a wrong secret, an address that is not on the white list.
SELECT a.id AS account_id, a.name AS account_name, a.platform, a.unit_id, u.name AS unit_name, t.last_code AS code, t.last_text AS text,
    COALESCE(g.component, '') AS granted
FROM account_tokens t JOIN accounts a ON a.id = t.account_id JOIN units u ON u.id = a.unit_id LEFT JOIN wechat_grants g ON g.account_id = a.id
WHERE a.platform = 'wechat' AND a.state = 'in_use' AND t.blocked_until > :now
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY t.blocked_until, a.id LIMIT :limit

-- name: account_alarm.refusing
-- Apps whose server has taken nothing several times in a row: each has a circuit of its own, named app/ and the account.
SELECT a.id AS account_id, a.name AS account_name, a.platform, a.unit_id, u.name AS unit_name, c.last_code AS code, c.failures, c.until_at
FROM circuits c JOIN accounts a ON a.id = SUBSTR(c.name, 5) JOIN units u ON u.id = a.unit_id
WHERE c.name LIKE 'app/%' AND a.platform = 'app' AND a.state = 'in_use' AND (c.opened_at IS NOT NULL OR c.failures >= :failures)
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY c.updated_at DESC, a.id LIMIT :limit
