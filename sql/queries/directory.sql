-- name: directory.list
-- What anybody may see of the accounts that are or were in use, by unit and platform. One whose opening was refused never was.
-- Names no column that is not public. The page is cut before the rest is joined.
SELECT a.id, a.path, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.home_url, a.state, a.closed_at, a.gone_to, p.certified_subject, p.opened_on,
    p.site_code, p.icp, p.police_filing, p.description, p.qr_id IS NOT NULL AS has_qr, a.updated_at
FROM (
    SELECT x.id FROM accounts x
    WHERE x.state IN (:states)
        AND (x.state <> 'closed' OR x.in_use_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM applications o WHERE o.account_id = x.id AND o.process = 'open' AND o.state = 'refused'))
        AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
        AND (:platform = '' OR x.platform = :platform)
        AND (:text = '' OR x.name LIKE :text ESCAPE '!' OR x.unit_id IN (SELECT n.id FROM units n WHERE n.name LIKE :text ESCAPE '!'))
        AND x.path >= :after_path
        AND (:after_id = '' OR x.path > :after_path OR x.platform > :after_platform OR x.platform = :after_platform AND x.id > :after_id)
    ORDER BY x.path, x.platform, x.id LIMIT :limit
) chosen
JOIN accounts a ON a.id = chosen.id JOIN units u ON u.id = a.unit_id JOIN particulars p ON p.account_id = a.id
ORDER BY a.path, a.platform, a.id

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
