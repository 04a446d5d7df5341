-- One row per day: whether each review of fact_review counts once in fact_movie_analytics.
WITH reviews AS (
    SELECT
        review.dt,
        count(*) AS review_count,
        sum(review.positive_review) AS review_score
    FROM final_reviews.fact_review AS review
    GROUP BY review.dt
),

analytics AS (
    SELECT
        fact.dt,
        sum(fact.review_count) AS review_count,
        sum(fact.review_score) AS review_score
    FROM final_reviews.fact_movie_analytics AS fact
    GROUP BY fact.dt
)

SELECT
    coalesce(reviews.dt, analytics.dt) AS dt,
    concat(
        'it counts ',
        cast(coalesce(analytics.review_count, 0) AS VARCHAR),
        ' reviews, ',
        cast(coalesce(analytics.review_score, 0) AS VARCHAR),
        ' of them positive, where fact_review has ',
        cast(coalesce(reviews.review_count, 0) AS VARCHAR),
        ' and ',
        cast(coalesce(reviews.review_score, 0) AS VARCHAR)
    ) AS fault
FROM reviews
FULL OUTER JOIN analytics
    ON reviews.dt = analytics.dt
WHERE
    coalesce(reviews.review_count, 0) <> coalesce(analytics.review_count, 0)
    OR coalesce(reviews.review_score, 0) <> coalesce(analytics.review_score, 0)
