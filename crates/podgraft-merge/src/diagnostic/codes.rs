//! The codes of the engine. A new one also needs an example in `docs/diagnostics`.

crate::codes! {
    "Files" {
        TOO_DEEP "too-deep" Error,
            "Maps and lists are nested deeper than 128 levels, or than 100 in an object that a cluster stores."
            "Nest less: no Kubernetes object needs so many."
        NOT_AN_OBJECT "not-an-object" Error,
            "A map of fields is needed here, and there is a list or a single value."
            "Write a map."
    }

    "Templates and patches" {
        UNKNOWN_FIELD "unknown-field" Error | Warning,
            "There is no field of this name here. It is a warning for fields of Kubernetes where the operator's configuration says unknownFields: Warn."
            "Correct the name, or remove the field."
        UNKNOWN_TARGET "unknown-target" Error | Warning,
            "An item of a list matches nothing that is there and is not complete by itself, so it was meant for another item. In an overlay it is a warning, and the item is left out."
            "Correct its name, or complete it to add a new item."
        AMBIGUOUS_TARGET "ambiguous-target" Error,
            "The keys of an item fit several items, and no unique name decides, so that nobody knows which of them is meant."
            "Write what the message asks for: the second key (protocol of ports, whenUnsatisfiable of topologySpreadConstraints), the name, or the whole list after $patch: replace."
        MISSING_MERGE_KEY "missing-merge-key" Error,
            "The items of this list are known by a merge key, and one has none."
            "Add the merge key, for most lists name."
        BAD_MERGE_KEY "bad-merge-key" Error,
            "The merge key of an item is a map or a list."
            "Write it as a single value."
        DUPLICATE_ITEM "duplicate-item" Error | Warning,
            "Two items of one patch have the same keys. A merge keeps one item a key, so they would be blended. It is a warning where they are equal in every field."
            "Write one item with all fields. To make an item new, put one with $patch: delete before it."
        WRONG_KIND "wrong-kind" Error,
            "A map, list or single value stands where one of the others belongs. Kubernetes would replace what is there."
            "Write what the field takes."
        NULL "null" Error,
            "A template has a null. kubectl apply strips nulls, so it would remove something in a file and nothing in a cluster."
            "Write $unset with the names of the fields beside it."
        CONTRADICTION "contradiction" Error,
            "One patch object both sets and removes a field, or both sets and extends it."
            "Remove one of the two."
        TWO_UNION_MEMBERS "two-union-members" Error,
            "A patch sets two fields of which an object can have only one, such as two sources of a volume."
            "Keep one of them: setting it removes the others by itself."
        UNKNOWN_DIRECTIVE "unknown-directive" Error,
            "A key starts with $ and is no directive."
            "Correct or remove it. The directives are $patch, $retainKeys, $unset, $append/FIELD, $prepend/FIELD, $deleteFromPrimitiveList/FIELD and $setElementOrder/FIELD."
        UNKNOWN_PATCH_DIRECTIVE "unknown-patch-directive" Error,
            "$patch has a value that it cannot have."
            "Write delete, replace or (in templates only) merge."
        BAD_DIRECTIVE "bad-directive" Error,
            "The value of a directive is not what the directive takes, or its key names no field."
            "Write a list, and FIELD behind the slash."
        BAD_RETAIN_KEYS "bad-retain-keys" Error,
            "$retainKeys is no list of names, or the patch sets a field that it does not name, so that the field would be removed at once."
            "Add the field to $retainKeys."
        UNSET_MERGE_KEY "unset-merge-key" Error,
            "$unset names the merge key by which the item is known."
            "Write $patch: delete to remove the item."
        NOTHING_TO_UNSET "nothing-to-unset" Warning,
            "$unset names a field that is not there."
            "Remove the name."
        NOTHING_TO_DELETE "nothing-to-delete" Warning,
            "What $patch: delete or $deleteFromPrimitiveList names is not there."
            "Correct the name, or remove the directive."
        NOTHING_TO_ORDER "nothing-to-order" Warning,
            "What $setElementOrder names is not there."
            "Remove it from the order."
        IGNORED_BESIDE_DELETE "ignored-beside-delete" Warning,
            "Fields stand beside $patch: delete, and nothing is left that they could be set in."
            "Remove the fields, or the directive."
        REPLACE_BESIDE_FIELDS "replace-beside-fields" Error,
            "An item says $patch: replace and has fields. Kubernetes would replace the list and lose the fields."
            "Write - $patch: replace as an item of its own."
        DELETE_ROOT "delete-root" Error,
            "$patch: delete at the top would delete the whole object."
            "Remove it."
        DELETE_IN_ATOMIC_LIST "delete-in-atomic-list" Error,
            "An item of a list without a merge key says $patch: delete. Such a list is replaced as a whole, so there is nothing to delete from."
            "Leave the item out."
        KEYED_LIST "keyed-list" Error,
            "$append or $prepend is written for a list whose items merge by a key."
            "Just list the items: new ones go last."
        NOT_A_PRIMITIVE_LIST "not-a-primitive-list" Error,
            "$deleteFromPrimitiveList is written for a list of maps."
            "Mark the item $patch: delete."
        MIXED_LIST_ITEMS "mixed-list-items" Error,
            "The items of a list that merges are of different types."
            "Write all of them as single values of one type."
        NO_MERGE_KEY "no-merge-key" Error,
            "A list of maps without a merge key is to be put in order or merged."
            "List all items, in the order that you want."
        ORDER_MISMATCH "order-mismatch" Error,
            "The list of a patch and its $setElementOrder contradict each other."
            "List each item in both, in the same order."
        EMPTY_LIST "empty-list" Error,
            "In the kubernetes dialect, $setElementOrder is written for a list without items."
            "Remove the directive."
        LIST_OF_LISTS "list-of-lists" Error,
            "In the kubernetes dialect, a list that merges has a list as an item."
            "Write a flat list."
        NULL_ITEM "null-item" Error,
            "In the kubernetes dialect, a list that merges has null as an item."
            "Remove the null."
        MERGE_DIRECTIVE_IN_LIST "merge-directive-in-list" Error,
            "In the kubernetes dialect, an item of a list says $patch: merge, which Kubernetes refuses."
            "Remove it: items with the same merge key merge anyway."
        EACH_CONTAINER_NAME "each-container-name" Error,
            "eachContainer has a name, and it is for every container."
            "Remove the name, or change one container in podTemplate."
        EACH_CONTAINER_PATCH "each-container-patch" Error,
            "eachContainer says $patch: delete or replace, which would remove the name and image of every container."
            "Remove the directive; $retainKeys and $unset remove fields."
        NO_CONTAINERS "no-containers" Error,
            "eachContainer is applied to an object that has no containers."
            "Use it for pods only."
        INVALID_PATCH "invalid-patch" Error,
            "The patch is not one document, or a JSON patch is no list of operations."
            "Write one patch of the type that --type names."
        PATCH_FAILED "patch-failed" Error,
            "An operation of a JSON patch does not apply: its place is not there, or its test fails."
            "Correct the operation."
    }
}
