-- name: particulars.insert
-- With a new account.
INSERT INTO particulars (account_id, operator, contractor_id, certified, certified_subject, certification, certified_until, registered_on, opened_on,
    approval_number, approved_on, national_id, reported, original_id, site_code, icp, police_filing, security_test_on, website_class, domain, old_domain,
    domain_enabled_on, hosting, unified_platform, languages, barrier_free, functions, represents, positioning, description, avatar_id, qr_id, followers,
    followers_on, labels, remark, updated_at)
VALUES (:account_id, :operator, :contractor_id, :certified, :certified_subject, :certification, :certified_until, :registered_on, :opened_on,
    :approval_number, :approved_on, :national_id, :reported, :original_id, :site_code, :icp, :police_filing, :security_test_on, :website_class, :domain, :old_domain,
    :domain_enabled_on, :hosting, :unified_platform, :languages, :barrier_free, :functions, :represents, :positioning, :description, :avatar_id, :qr_id, :followers,
    :followers_on, :labels, :remark, :updated_at)

-- name: particulars.get
SELECT account_id, operator, contractor_id, certified, certified_subject, certification, certified_until, registered_on, opened_on, approval_number, approved_on,
    national_id, reported, original_id, site_code, icp, police_filing, security_test_on, website_class, domain, old_domain, domain_enabled_on, hosting,
    unified_platform, languages, barrier_free, functions, represents, positioning, description, avatar_id, qr_id, followers, followers_on, labels, remark, updated_at
FROM particulars WHERE account_id = :account_id

-- name: particulars.get_all
SELECT account_id, operator, contractor_id, certified, certified_subject, certification, certified_until, registered_on, opened_on, approval_number, approved_on,
    national_id, reported, original_id, site_code, icp, police_filing, security_test_on, website_class, domain, old_domain, domain_enabled_on, hosting,
    unified_platform, languages, barrier_free, functions, represents, positioning, description, avatar_id, qr_id, followers, followers_on, labels, remark, updated_at
FROM particulars WHERE account_id IN (:ids) ORDER BY account_id

-- name: particulars.facts
-- What a list shows of many accounts.
SELECT account_id, certified, certified_until, approval_number, approved_on, opened_on, operator, followers, avatar_id
FROM particulars WHERE account_id IN (:ids)

-- name: particulars.save
-- The account's row is held by the caller.
UPDATE particulars SET operator = :operator, contractor_id = :contractor_id, certified = :certified, certified_subject = :certified_subject,
    certification = :certification, certified_until = :certified_until, registered_on = :registered_on, opened_on = :opened_on,
    approval_number = :approval_number, approved_on = :approved_on, national_id = :national_id, reported = :reported, original_id = :original_id,
    site_code = :site_code, icp = :icp, police_filing = :police_filing, security_test_on = :security_test_on, website_class = :website_class,
    domain = :domain, old_domain = :old_domain, domain_enabled_on = :domain_enabled_on, hosting = :hosting, unified_platform = :unified_platform,
    languages = :languages, barrier_free = :barrier_free, functions = :functions, represents = :represents, positioning = :positioning,
    description = :description, avatar_id = :avatar_id, qr_id = :qr_id, followers = :followers, followers_on = :followers_on, labels = :labels,
    remark = :remark, updated_at = :updated_at
WHERE account_id = :account_id
