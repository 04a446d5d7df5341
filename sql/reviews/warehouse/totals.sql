-- One row per total of the view customer_movie_analytics, beside the same total of the fact that it comes from.
WITH seen AS (
    SELECT
        SUM(review_count) AS reviews,
        SUM(review_score) AS review_score,
        SUM(amount_spent) AS amount_spent
    FROM customer_movie_analytics
),

reviewed AS (
    SELECT
        SUM(review_count) AS reviews,
        SUM(review_score) AS review_score
    FROM fact_movie_analytics
),

spent AS (
    SELECT SUM(amount_spent) AS amount_spent
    FROM fact_customer_spending
)

SELECT
    'reviews' AS total,
    COALESCE(seen.reviews, 0) AS in_view,
    COALESCE(reviewed.reviews, 0) AS in_facts
FROM seen
CROSS JOIN reviewed
UNION ALL
SELECT
    'review_score' AS total,
    COALESCE(seen.review_score, 0) AS in_view,
    COALESCE(reviewed.review_score, 0) AS in_facts
FROM seen
CROSS JOIN reviewed
UNION ALL
SELECT
    'amount_spent' AS total,
    COALESCE(seen.amount_spent, 0) AS in_view,
    COALESCE(spent.amount_spent, 0) AS in_facts
FROM seen
CROSS JOIN spent
