-- name: directory.list
-- What anybody may see of the accounts that are or were in use, by unit and platform. One whose opening was refused never was.
-- Names no column that is not public.
SELECT a.id, a.path, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.home_url, a.state, a.closed_at, a.gone_to, p.certified_subject, p.opened_on,
    p.site_code, p.icp, p.police_filing, p.description, p.qr_id IS NOT NULL AS has_qr, a.updated_at
FROM accounts a JOIN units u ON u.id = a.unit_id JOIN particulars p ON p.account_id = a.id
WHERE a.state IN (:states)
    AND (a.state <> 'closed' OR a.in_use_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM applications x WHERE x.account_id = a.id AND x.process = 'open' AND x.state = 'refused'))
    AND (:path = '' OR a.path >= :path AND a.path < CONCAT(:path, '~'))
    AND (:platform = '' OR a.platform = :platform)
    AND (:text = '' OR a.name LIKE :text ESCAPE '!' OR u.name LIKE :text ESCAPE '!')
    AND (:after_id = '' OR a.path > :after_path OR a.path = :after_path AND (a.platform > :after_platform OR a.platform = :after_platform AND a.id > :after_id))
ORDER BY a.path, a.platform, a.id LIMIT :limit

-- name: directory.get
SELECT a.id, a.path, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.home_url, a.state, a.closed_at, a.gone_to, p.certified_subject, p.opened_on,
    p.site_code, p.icp, p.police_filing, p.description, p.qr_id IS NOT NULL AS has_qr, a.updated_at
FROM accounts a JOIN units u ON u.id = a.unit_id JOIN particulars p ON p.account_id = a.id
WHERE a.id = :id AND a.state IN (:states)
    AND (a.state <> 'closed' OR a.in_use_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM applications x WHERE x.account_id = a.id AND x.process = 'open' AND x.state = 'refused'))

-- name: directory.qr
-- The picture of an account's QR code.
SELECT f.sha256, f.mime FROM accounts a JOIN particulars p ON p.account_id = a.id JOIN attachments f ON f.id = p.qr_id
WHERE a.id = :id AND a.state IN (:states)
    AND (a.state <> 'closed' OR a.in_use_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM applications x WHERE x.account_id = a.id AND x.process = 'open' AND x.state = 'refused'))

-- name: directory.units
-- The open units right below one; below none: those at the top.
SELECT id, name FROM units WHERE (parent_id = :parent_id OR (parent_id IS NULL AND :parent_id = '')) AND closed_at IS NULL ORDER BY id LIMIT :limit

-- name: directory.named_units
SELECT id, name FROM units WHERE id IN (:ids)
