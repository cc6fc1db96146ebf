-- name: notice.of_application
-- The notices of an application, whoever asks. For the program itself.
SELECT n.id, n.unit_id, u.name AS unit_name, n.account_id, n.application_id, n.process, n.object, n.website_class, n.rulebook, n.rule, n.articles,
    n.title, n.body, n.state, n.signed_by, n.signed_name, n.signed_role, n.signed_at, n.signed_sha256, n.published_at, n.from_at, n.until_at, n.pending,
    n.last_on, n.ended_at, n.end_reason, n.created_by, n.created_at, n.updated_at, n.version
FROM notices n JOIN units u ON u.id = n.unit_id WHERE n.application_id = :application_id ORDER BY n.id

-- name: notice.places
-- Where some notices stand besides our own pages, in the order in which it was recorded.
SELECT id, notice_id, place, name, url, published_at, recorded_by, recorded_at, next_check_at, checked_at, reached_at, failing_since, failure
FROM notice_places WHERE notice_id IN (:notice_ids) ORDER BY id

-- name: notice.get
-- One notice, whoever asks. For the program itself.
SELECT n.id, n.unit_id, u.name AS unit_name, n.account_id, n.application_id, n.process, n.object, n.website_class, n.rulebook, n.rule, n.articles,
    n.title, n.body, n.state, n.signed_by, n.signed_name, n.signed_role, n.signed_at, n.signed_sha256, n.published_at, n.from_at, n.until_at, n.pending,
    n.last_on, n.ended_at, n.end_reason, n.created_by, n.created_at, n.updated_at, n.version
FROM notices n JOIN units u ON u.id = n.unit_id WHERE n.id = :id

-- name: notice.visible
-- One notice, if the person reaches its unit in one of the roles.
SELECT n.id, n.unit_id, u.name AS unit_name, n.account_id, n.application_id, n.process, n.object, n.website_class, n.rulebook, n.rule, n.articles,
    n.title, n.body, n.state, n.signed_by, n.signed_name, n.signed_role, n.signed_at, n.signed_sha256, n.published_at, n.from_at, n.until_at, n.pending,
    n.last_on, n.ended_at, n.end_reason, n.created_by, n.created_at, n.updated_at, n.version
FROM notices n JOIN units u ON u.id = n.unit_id
WHERE n.id = :id AND n.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: notice.list
-- The notices of the units a person reaches, the latest first, without their texts.
SELECT n.id, n.unit_id, u.name AS unit_name, n.account_id, n.application_id, n.process, n.object, n.website_class, n.rulebook, n.rule, n.articles,
    n.title, '' AS body, n.state, n.signed_by, n.signed_name, n.signed_role, n.signed_at, n.signed_sha256, n.published_at, n.from_at, n.until_at, n.pending,
    n.last_on, n.ended_at, n.end_reason, n.created_by, n.created_at, n.updated_at, n.version
FROM notices n JOIN units u ON u.id = n.unit_id
WHERE n.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
    AND (:state = '' OR n.state = :state)
    AND (:application_id = '' OR n.application_id = :application_id)
    AND (:account_id = '' OR n.account_id = :account_id)
    AND (:title = '' OR n.title LIKE :title ESCAPE '!')
    AND (:after_id = '' OR n.id < :after_id)
ORDER BY n.id DESC LIMIT :limit

-- name: notice.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE notices SET version = version WHERE id = :id

-- name: notice.insert
INSERT INTO notices (id, unit_id, account_id, application_id, process, object, website_class, rulebook, rule, articles, title, body, state,
    signed_by, signed_name, signed_role, signed_at, signed_sha256, published_at, from_at, until_at, pending, last_on, ended_at, end_reason,
    created_by, created_at, updated_at, version)
VALUES (:id, :unit_id, :account_id, :application_id, :process, :object, :website_class, :rulebook, :rule, :articles, :title, :body, :state,
    '', '', '', NULL, '', NULL, NULL, NULL, FALSE, NULL, NULL, '', :created_by, :created_at, :updated_at, 1)

-- name: notice.save
-- What may change of a notice. :version is the one that was read.
UPDATE notices SET title = :title, body = :body, state = :state, signed_by = :signed_by, signed_name = :signed_name, signed_role = :signed_role,
    signed_at = :signed_at, signed_sha256 = :signed_sha256, published_at = :published_at, from_at = :from_at, until_at = :until_at, pending = :pending,
    last_on = :last_on, ended_at = :ended_at, end_reason = :end_reason, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: notice.standing_after
-- The next standing notices in the order of their ids. For the program itself.
SELECT n.id, n.unit_id, u.name AS unit_name, n.account_id, n.application_id, n.process, n.object, n.website_class, n.rulebook, n.rule, n.articles,
    n.title, n.body, n.state, n.signed_by, n.signed_name, n.signed_role, n.signed_at, n.signed_sha256, n.published_at, n.from_at, n.until_at, n.pending,
    n.last_on, n.ended_at, n.end_reason, n.created_by, n.created_at, n.updated_at, n.version
FROM notices n JOIN units u ON u.id = n.unit_id WHERE n.state = 'standing' AND n.id > :after_id ORDER BY n.id LIMIT :limit

-- name: notice.place_insert
INSERT INTO notice_places (id, notice_id, place, name, url, published_at, recorded_by, recorded_at, next_check_at, checked_at, reached_at, failing_since, failure)
VALUES (:id, :notice_id, :place, :name, :url, :published_at, :recorded_by, :recorded_at, :next_check_at, NULL, NULL, NULL, '')

-- name: notice.place_delete
DELETE FROM notice_places WHERE id = :id AND notice_id = :notice_id

-- name: notice.places_due
-- Places of standing notices whose address is to be looked at.
SELECT p.id, p.notice_id, p.place, p.name, p.url, p.published_at, p.recorded_by, p.recorded_at, p.next_check_at, p.checked_at, p.reached_at, p.failing_since, p.failure
FROM notice_places p JOIN notices n ON n.id = p.notice_id
WHERE p.next_check_at <= :now AND n.state = 'standing' ORDER BY p.next_check_at, p.id LIMIT :limit

-- name: notice.place_claim
-- Puts the next look off, so that it is made once; :seen_at is when the reader saw it due.
UPDATE notice_places SET next_check_at = :next_check_at WHERE id = :id AND next_check_at = :seen_at

-- name: notice.place_checked
UPDATE notice_places SET next_check_at = :next_check_at, checked_at = :checked_at, reached_at = :reached_at, failing_since = :failing_since, failure = :failure
WHERE id = :id

-- name: notice.public_list
-- What anybody may see of the notices that were published, the latest first, without their texts.
SELECT n.id, u.name AS unit_name, n.account_id, n.process, n.object, n.rulebook, n.articles, n.title, '' AS body, n.state, n.published_at, n.from_at,
    n.until_at, n.pending, n.last_on, n.ended_at, n.updated_at
FROM notices n JOIN units u ON u.id = n.unit_id
WHERE n.state IN ('standing', 'ended') AND n.published_at IS NOT NULL
    AND (:state = '' OR n.state = :state)
    AND (:account_id = '' OR n.account_id = :account_id)
    AND (:title = '' OR n.title LIKE :title ESCAPE '!')
    AND (:before_at = 0 OR n.published_at < :before_at OR n.published_at = :before_at AND n.id < :before_id)
ORDER BY n.published_at DESC, n.id DESC LIMIT :limit

-- name: notice.public_texts
-- The texts of some published notices that were not taken back.
SELECT id, body FROM notices WHERE id IN (:ids) AND state IN ('standing', 'ended') AND published_at IS NOT NULL

-- name: notice.public_get
-- What anybody may see of one notice that was published; of one that was taken back, not what it said.
SELECT n.id, u.name AS unit_name, n.account_id, n.process, n.object, n.rulebook, n.articles,
    CASE WHEN n.state = 'withdrawn' THEN '' ELSE n.title END AS title, CASE WHEN n.state = 'withdrawn' THEN '' ELSE n.body END AS body,
    n.state, n.published_at, n.from_at, n.until_at, n.pending, n.last_on, n.ended_at, n.updated_at
FROM notices n JOIN units u ON u.id = n.unit_id WHERE n.id = :id AND n.published_at IS NOT NULL
