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
