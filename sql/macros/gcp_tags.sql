-- FOCUS tags from Google's labels and tags.
--
-- params: project_labels, tags, system_labels, labels
--
-- The nearest counts: a resource's own label hides the project's. Tags begin with their
-- namespace, so they hide nothing.
SELECT
    json_merge_patch(
        coalesce(object_of($project_labels), '{}'),
        coalesce(object_of(
            list_transform(
                $tags, LAMBDA t: {
                    'key': concat_ws('/', nullif(t['namespace'], ''), t['key']),
                    'value': t['value']
                }
            )
        ), '{}'),
        coalesce(object_of($system_labels), '{}'),
        coalesce(object_of($labels), '{}')
    )
