-- What Azure calls a service: its meter category, or whatever stands in for it.
--
-- params: category, service, consumed
--
-- Purchases and marketplace charges may have none: the category then is empty or says
-- that it is unassigned.
SELECT
    coalesce(
        if(lower($category) <> 'unassigned', known($category), NULL),
        if(lower($service) <> 'unassigned', known($service), NULL),
        if(lower($consumed) <> 'unassigned', known($consumed), NULL)
    )
