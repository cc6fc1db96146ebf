-- name: application.insert
INSERT INTO applications (id, unit_id, office_id, process, object, website_class, account_id, column_id, registration_id, title, wanted, was, reason, off_from,
    off_until, cause, off_at, off_was, back_at, ending, attachments, rulebook, chain, articles, state, attempt, submitted_at, carried_out_at, ended_at, created_by,
    created_name, created_at, updated_at, version)
VALUES (:id, :unit_id, :office_id, :process, :object, :website_class, :account_id, :column_id, :registration_id, :title, :wanted, :was, :reason, :off_from,
    :off_until, :cause, :off_at, :off_was, :back_at, :ending, :attachments, :rulebook, :chain, :articles, :state, :attempt, :submitted_at, :carried_out_at, :ended_at,
    :created_by, :created_name, :created_at, :updated_at, :version)

-- name: application.get
-- One application, whoever asks. For the program itself.
SELECT a.id, a.unit_id, u.name AS unit_name, a.office_id, a.process, a.object, a.website_class, a.account_id, a.column_id, a.registration_id, a.title,
    a.wanted, a.was, a.reason, a.off_from, a.off_until, a.cause, a.off_at, a.off_was, a.back_at, a.ending, a.attachments, a.rulebook, a.chain, a.articles, a.state, a.attempt,
    a.submitted_at, a.carried_out_at, a.ended_at, a.created_by, a.created_name, a.created_at, a.updated_at, a.version
FROM applications a JOIN units u ON u.id = a.unit_id WHERE a.id = :id

-- name: application.visible
-- One application, if the person reaches its unit in one of the roles.
SELECT a.id, a.unit_id, u.name AS unit_name, a.office_id, a.process, a.object, a.website_class, a.account_id, a.column_id, a.registration_id, a.title,
    a.wanted, a.was, a.reason, a.off_from, a.off_until, a.cause, a.off_at, a.off_was, a.back_at, a.ending, a.attachments, a.rulebook, a.chain, a.articles, a.state, a.attempt,
    a.submitted_at, a.carried_out_at, a.ended_at, a.created_by, a.created_name, a.created_at, a.updated_at, a.version
FROM applications a JOIN units u ON u.id = a.unit_id
WHERE a.id = :id AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: application.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE applications SET version = version WHERE id = :id

-- name: application.save
-- Everything that may change of it. :version is the one the person saw.
UPDATE applications SET office_id = :office_id, website_class = :website_class, account_id = :account_id, column_id = :column_id,
    registration_id = :registration_id, title = :title, wanted = :wanted, was = :was, reason = :reason, off_from = :off_from, off_until = :off_until,
    cause = :cause, off_at = :off_at, off_was = :off_was, back_at = :back_at, ending = :ending, attachments = :attachments, rulebook = :rulebook, chain = :chain,
    articles = :articles, state = :state, attempt = :attempt, submitted_at = :submitted_at, carried_out_at = :carried_out_at, ended_at = :ended_at,
    updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: application.list
-- The youngest first. A page by key, cut before the names are joined. :mine asks for what waits for the person: an open step
-- at a unit where the person holds the role it waits for.
SELECT a.id, a.unit_id, u.name AS unit_name, a.office_id, a.process, a.object, a.website_class, a.account_id, a.column_id, a.registration_id, a.title,
    a.wanted, a.was, a.reason, a.off_from, a.off_until, a.cause, a.off_at, a.off_was, a.back_at, a.ending, a.attachments, a.rulebook, a.chain, a.articles, a.state, a.attempt,
    a.submitted_at, a.carried_out_at, a.ended_at, a.created_by, a.created_name, a.created_at, a.updated_at, a.version
FROM (
    SELECT x.id FROM applications x JOIN units w ON w.id = x.unit_id
    WHERE (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:process = '' OR x.process = :process)
      AND (:object = '' OR x.object = :object)
      AND (:account_id = '' OR x.account_id = :account_id)
      AND (:state = '' OR x.state = :state OR :state = 'open' AND x.state IN ('draft', 'running', 'returned'))
      AND (:title = '' OR LOWER(x.title) LIKE LOWER(:title) ESCAPE '!')
      AND (:after_id = '' OR x.id < :after_id)
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
      AND (:mine = FALSE OR x.state IN ('draft', 'running', 'returned') AND EXISTS (SELECT 1 FROM application_steps s
        JOIN person_roles r ON r.unit_id = s.at_unit AND r.person_id = :person_id AND (r.role = s.who OR s.who = 'handlers' AND r.role IN (:handlers))
        WHERE s.application_id = x.id AND s.state IN ('open', 'handed')))
    ORDER BY x.id DESC LIMIT :limit
) page
JOIN applications a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
ORDER BY a.id DESC

-- name: application.awaiting
-- How many wait for a person: see application.list.
SELECT COUNT(DISTINCT s.application_id) FROM person_roles r
JOIN application_steps s ON s.at_unit = r.unit_id AND s.state IN ('open', 'handed')
JOIN applications x ON x.id = s.application_id AND x.state IN ('draft', 'running', 'returned')
WHERE r.person_id = :person_id AND (r.role = s.who OR s.who = 'handlers' AND r.role IN (:handlers))

-- name: application.open_of_account
-- The applications about an account that are not at their end, drafts among them.
SELECT a.id, a.unit_id, u.name AS unit_name, a.office_id, a.process, a.object, a.website_class, a.account_id, a.column_id, a.registration_id, a.title,
    a.wanted, a.was, a.reason, a.off_from, a.off_until, a.cause, a.off_at, a.off_was, a.back_at, a.ending, a.attachments, a.rulebook, a.chain, a.articles, a.state, a.attempt,
    a.submitted_at, a.carried_out_at, a.ended_at, a.created_by, a.created_name, a.created_at, a.updated_at, a.version
FROM applications a JOIN units u ON u.id = a.unit_id
WHERE a.account_id = :account_id AND a.state IN ('draft', 'running', 'returned') ORDER BY a.id

-- name: application.open_in_subtree
-- For the office that a moved unit has now.
SELECT x.id, x.unit_id FROM applications x JOIN units w ON w.id = x.unit_id
WHERE w.path >= :path AND w.path < CONCAT(:path, '~') AND x.state IN ('draft', 'running', 'returned') ORDER BY x.id

-- name: application.give_office
UPDATE applications SET office_id = :office_id WHERE id = :id

-- name: application.off_times
-- The times one website was, or is to be, off the net: its applications, and what was written down as a matter with a time
-- limit. :id is the one that is asked about.
SELECT COALESCE(off_at, off_from) AS off_from, cause, process, state <> 'draft' AND state <> 'returned' AND NOT EXISTS (SELECT 1 FROM application_steps s
    WHERE s.application_id = applications.id AND s.action = 'approve' AND s.state <> 'done') AS approved
FROM applications
WHERE account_id = :account_id AND id <> :id AND process IN ('temporary_offline', 'emergency_offline') AND state IN ('draft', 'running', 'returned', 'done')
  AND COALESCE(off_at, off_from) IS NOT NULL
UNION ALL
SELECT event_at AS off_from, cause, 'temporary_offline' AS process, TRUE AS approved FROM matters
WHERE account_id = :account_id AND section = 'temporary_offline' AND state <> 'void'

-- name: application_step.insert
INSERT INTO application_steps (id, application_id, place, seq, action, doers, name, to_role, to_name, form, notice, state, at_unit, who, done_on, as_role,
    on_paper, signer, number, opinion, attachments, person_id, person_name, recorded_at, receipt_number, receipt_on, receipt_by, receipt_name)
VALUES (:id, :application_id, :place, :seq, :action, :doers, :name, :to_role, :to_name, :form, :notice, :state, :at_unit, :who, :done_on, :as_role,
    :on_paper, :signer, :number, :opinion, :attachments, :person_id, :person_name, :recorded_at, :receipt_number, :receipt_on, :receipt_by, :receipt_name)

-- name: application_step.of
-- The steps of some applications, in their order.
SELECT id, application_id, place, seq, action, doers, name, to_role, to_name, form, notice, state, at_unit, who, done_on, as_role, on_paper, signer, number,
    opinion, attachments, person_id, person_name, recorded_at, receipt_number, receipt_on, receipt_by, receipt_name
FROM application_steps WHERE application_id IN (:ids) ORDER BY application_id, place

-- name: application_step.save
-- The application's row is held by the caller.
UPDATE application_steps SET state = :state, at_unit = :at_unit, who = :who, done_on = :done_on, as_role = :as_role, on_paper = :on_paper, signer = :signer,
    number = :number, opinion = :opinion, attachments = :attachments, person_id = :person_id, person_name = :person_name, recorded_at = :recorded_at,
    receipt_number = :receipt_number, receipt_on = :receipt_on, receipt_by = :receipt_by, receipt_name = :receipt_name
WHERE id = :id

-- name: application_step.clear
-- Before the chain that holds now takes the place of the one a draft was made under.
DELETE FROM application_steps WHERE application_id = :application_id

-- name: application_step.move_office
-- Where the steps of an application wait for an office, after its unit came under another one.
UPDATE application_steps SET at_unit = :office_id WHERE application_id = :id AND who = 'office_admin'

-- name: application_act.insert
INSERT INTO application_acts (id, application_id, act, step, text, number, done_on, attachments, person_id, person_name, at)
VALUES (:id, :application_id, :act, :step, :text, :number, :done_on, :attachments, :person_id, :person_name, :at)

-- name: application_act.of
SELECT id, application_id, act, step, text, number, done_on, attachments, person_id, person_name, at
FROM application_acts WHERE application_id = :application_id ORDER BY id

-- name: waiver.insert
INSERT INTO application_waivers (id, application_id, rule, articles, text, reason, person_id, person_name, at)
VALUES (:id, :application_id, :rule, :articles, :text, :reason, :person_id, :person_name, :at)

-- name: waiver.of
SELECT id, application_id, rule, articles, text, reason, person_id, person_name, at FROM application_waivers WHERE application_id = :application_id ORDER BY id

-- name: violation.insert
INSERT INTO violations (id, unit_id, account_id, application_id, name, rulebook, rule, articles, broken, text, found_by, found_at)
VALUES (:id, :unit_id, :account_id, :application_id, :name, :rulebook, :rule, :articles, :broken, :text, :found_by, :found_at)

-- name: violation.list
-- The youngest first, by key.
SELECT v.id, v.unit_id, u.name AS unit_name, v.account_id, v.application_id, v.name, v.rulebook, v.rule, v.articles, v.broken, v.text, v.found_by, v.found_at
FROM violations v JOIN units u ON u.id = v.unit_id
WHERE (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND (:after_id = '' OR v.id < :after_id)
  AND v.unit_id IN (SELECT r.unit_id FROM reach r WHERE r.person_id = :person_id AND r.role IN (:roles))
ORDER BY v.id DESC LIMIT :limit

-- name: registration.insert
-- held_name lets one alone have it; it is written in small letters, as its name is.
INSERT INTO registrations (id, unit_id, object, name, account_id, application_id, since_at, until_at, held_name)
VALUES (:id, :unit_id, :object, :name, :account_id, :application_id, :since_at, NULL, :name)

-- name: registration.end
UPDATE registrations SET until_at = :until_at, held_name = NULL WHERE id = :id AND until_at IS NULL

-- name: registration.get
SELECT r.id, r.unit_id, u.name AS unit_name, r.object, r.name, r.account_id, r.application_id, r.since_at, r.until_at
FROM registrations r JOIN units u ON u.id = r.unit_id WHERE r.id = :id

-- name: registration.taken
-- Who has a domain or a mailbox now.
SELECT id FROM registrations WHERE object = :object AND name = :name AND until_at IS NULL

-- name: registration.list
-- By unit and name, by key.
SELECT r.id, r.unit_id, u.name AS unit_name, r.object, r.name, r.account_id, r.application_id, r.since_at, r.until_at
FROM registrations r JOIN units u ON u.id = r.unit_id
WHERE (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND (:object = '' OR r.object = :object)
  AND (:after_id = '' OR r.id > :after_id)
  AND r.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY r.id LIMIT :limit

-- name: account.close_to
-- Ends an account, and says where its readers go. The row is held by the caller.
UPDATE accounts SET state = 'closed', closed_at = :closed_at, gone_to = :gone_to, external_id = :external_id, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: account.of_sponsor
-- What a unit and the sections inside it have in use on a platform: an account of a section counts for its unit (I-TN-08). One whose
-- opening was withdrawn does not.
SELECT a.id, a.name FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE (a.unit_id = :unit_id OR u.level = 'section' AND u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND a.platform = :platform AND a.state IN ('applying', 'in_use', 'suspended') AND a.id <> :account_id
  AND NOT (a.state = 'applying' AND EXISTS (SELECT 1 FROM applications w WHERE w.account_id = a.id AND w.process = 'open' AND w.state = 'withdrawn'))
ORDER BY a.id

-- name: account.of_crowd
-- The accounts in use of a unit and the sections inside it on a platform.
SELECT a.id, a.name FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE (a.unit_id = :unit_id OR u.level = 'section' AND u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND a.platform = :platform AND a.state IN ('in_use', 'suspended')
ORDER BY a.id

-- name: account.crowded
-- The accounts of units that have more than one on a platform, those of sections counted for the unit above them. A page by the
-- key of unit and platform. climbing leads each section up through the sections above it to the first unit that is none.
WITH RECURSIVE climbing (unit_id, at_id, level) AS (
    SELECT id, id, level FROM units
    UNION ALL
    SELECT c.unit_id, above.id, above.level
    FROM climbing c JOIN units here ON here.id = c.at_id JOIN units above ON above.id = here.parent_id
    WHERE c.level = 'section'
)
SELECT page.sponsor_id, s.name AS sponsor_name, s.path AS sponsor_path, page.platform, page.n
FROM (
    SELECT c.at_id AS sponsor_id, x.platform AS platform, COUNT(*) AS n
    FROM accounts x JOIN climbing c ON c.unit_id = x.unit_id AND c.level <> 'section'
    WHERE x.state IN ('in_use', 'suspended') AND x.platform <> 'website' AND x.platform <> 'other'
      AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    GROUP BY c.at_id, x.platform
    HAVING COUNT(*) > 1 AND (:after_id = '' OR sponsor_id > :after_id OR sponsor_id = :after_id AND platform > :after_platform)
    ORDER BY sponsor_id, platform LIMIT :limit
) page
JOIN units s ON s.id = page.sponsor_id
ORDER BY page.sponsor_id, page.platform
