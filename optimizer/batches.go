package optimizer

// Batches is the order of the rules, as data.
var Batches = []Batch{
	{Name: "subqueries", Rounds: 1, Rules: []Rule{
		{Name: "eliminate_aliases", Why: "names have done their work; without them patterns match", Required: true, Rewrite: eliminateAliases},
		{Name: "rewrite_set_operations", Why: "INTERSECT and EXCEPT become joins that the other rules know", Required: true, Rewrite: rewriteSetOperations},
		{Name: "sort_map_keys", Why: "a map has no order of entries, but rows are grouped by how they are stored", Required: true, Rewrite: sortMapKeys},
		{Name: "rewrite_subqueries", Why: "expressions must be free of plans before they move", Required: true, Rewrite: rewriteSubqueries},
		{Name: "fold_arguments", Why: "accumulators, which decorrelation asks for their empty result, take constant arguments", Required: true, Rewrite: foldArguments},
		{Name: "decorrelate", Why: "no Apply may survive; pushing filters works on joins", Required: true, Rewrite: decorrelate},
	}},
	{Name: "inline", Rounds: 1, Rules: []Rule{
		{Name: "inline_definitions", Why: "a definition read once is optimized in its place; a recursion without end runs only below its readers' limits", Required: true, Rewrite: inlineDefinitions},
	}},
	{Name: "rewrite", Rounds: 3, Rules: []Rule{
		{Name: "simplify_expressions", Why: "constants and common factors decide what can be pushed", Rewrite: simplifyExpressions},
		{Name: "merge_projects", Why: "adjacent projections hide columns from filters", Rewrite: mergeProjects},
		{Name: "merge_unions", Why: "one union of many inputs is pushed into once", Rewrite: mergeUnions},
		{Name: "push_filters", Why: "also turns outer into inner joins, splits join conditions and infers filters over equal columns", Rewrite: pushFilters},
		{Name: "propagate_constants", Why: "all conjuncts over a relation stand together now", Rewrite: propagateConstants},
		{Name: "merge_ranges", Why: "as propagate_constants; what contradicts itself becomes false", Rewrite: mergeRanges},
		{Name: "propagate_empty", Why: "false filters have become visible", Rewrite: propagateEmpty},
		{Name: "eliminate_outer_join", Why: "a join less for everything that follows", Rewrite: eliminateOuterJoin},
		{Name: "eliminate_group_keys", Why: "constants have reached the keys", Rewrite: eliminateGroupKeys},
		{Name: "simplify_aggregates", Why: "arguments are simple; what it no longer reads is pruned later", Rewrite: simplifyAggregates},
		{Name: "rewrite_distinct_aggregates", Why: "functions for which DISTINCT does not count have lost it", Rewrite: rewriteDistinctAggregates},
		{Name: "eliminate_sorts", Why: "a sort in between hides nodes from each other", Rewrite: eliminateSorts},
		{Name: "merge_window_functions", Why: "filters and sorts between windows are gone", Rewrite: mergeWindowFunctions},
		{Name: "eliminate_distinct", Why: "unique inputs show once filters are in place", Rewrite: eliminateDistinct},
		{Name: "push_limit", Why: "below projections and unions a limit stops scans early; recursions without end need it", Required: true, Rewrite: pushLimit},
		{Name: "push_top_n", Why: "as push_limit", Rewrite: pushTopN},
	}},
	{Name: "definitions", Rounds: 1, First: true, Rules: []Rule{
		{Name: "push_filters_into_definitions", Why: "the filters of all readers stand on their readings", Rewrite: pushFiltersIntoDefinitions},
		{Name: "simplify_expressions", Why: "branches of a union decide parts of the filter", Rewrite: simplifyExpressions},
		{Name: "push_filters", Why: "what is left of it goes on from there", Rewrite: pushFilters},
		{Name: "propagate_constants", Why: "as in rewrite", Rewrite: propagateConstants},
		{Name: "merge_ranges", Why: "as in rewrite", Rewrite: mergeRanges},
		{Name: "propagate_empty", Why: "a branch of a union that no reader wants is gone", Rewrite: propagateEmpty},
	}},
	{Name: "share", Rounds: 1, Rules: []Rule{
		{Name: "share_subplans", Why: "before joins are reordered and columns pruned, while copies of a text still look alike", Rewrite: shareSubplans},
		{Name: "prune_columns", Why: "sizes and widths of what is really read decide the order of joins", Rewrite: pruneColumns},
	}},
	{Name: "joins", Rounds: 1, Rules: []Rule{
		{Name: "convert_to_semi_join", Why: "columns that nobody reads are gone; a semi join takes part in the order of joins as a filter", Rewrite: convertToSemiJoin},
		{Name: "push_aggregate_below_join", Why: "what is grouped first takes part in the order of joins as a smaller relation", Rewrite: pushAggregateBelowJoin},
		{Name: "reorder_joins", Why: "all filters stand on their relations, so sizes are known best", Rewrite: reorderJoins},
	}},
	{Name: "finish", Rounds: 1, Rules: []Rule{
		{Name: "push_filters", Why: "conditions of reordered joins settle", Rewrite: pushFilters},
		{Name: "push_limit_into_window", Why: "filters stand where they stay", Rewrite: pushLimitIntoWindow},
		{Name: "prune_columns", Why: "last, so that nothing read is unused", Rewrite: pruneColumns},
		{Name: "merge_projects", Why: "pruning leaves projections that pass everything through", Rewrite: mergeProjects},
		{Name: "prune_nested_fields", Why: "columns that are left show which of their fields are read; filters still stand outside the scans", Rewrite: pruneNestedFields},
		{Name: "push_into_scan", Why: "scans skip data by the filters that reached them", Rewrite: pushIntoScan},
		{Name: "push_limit_into_scan", Why: "after push_into_scan, since a filtered scan takes no limit", Rewrite: pushLimitIntoScan},
		{Name: "answer_from_statistics", Why: "after push_into_scan, since a filtered scan does not give all rows", Rewrite: answerFromStatistics},
	}},
}

// Replanning is the short batch that the adaptive layer runs over what has not started.
var Replanning = []Batch{
	{Name: "replan", Rounds: 1, Rules: []Rule{
		{Name: "propagate_empty", Why: "an empty stage removes what depends on it before sizes matter", Rewrite: propagateEmpty},
		{Name: "reorder_joins", Why: "measured sizes decide order and build side", Rewrite: reorderJoins},
		{Name: "prune_columns", Why: "removed branches leave columns that nobody reads", Rewrite: pruneColumns},
		{Name: "merge_projects", Why: "pruning leaves projections that pass everything through", Rewrite: mergeProjects},
	}},
}

// AfterScalars settles literals that took the place of scalar subqueries.
var AfterScalars = []Batch{
	{Name: "scalars", Rounds: 1, Rules: []Rule{
		{Name: "merge_projects", Why: "literals reach the expressions that use them", Rewrite: mergeProjects},
		{Name: "push_filters", Why: "predicates meet the literal's projection, which takes its place", Rewrite: pushFilters},
		{Name: "simplify_expressions", Why: "the literal folds", Rewrite: simplifyExpressions},
		{Name: "push_filters", Why: "comparisons with the literal become filters of scans", Rewrite: pushFilters},
		{Name: "prune_columns", Why: "the literal columns are used up", Rewrite: pruneColumns},
		{Name: "merge_projects", Why: "pruning leaves projections that pass everything through", Rewrite: mergeProjects},
		{Name: "push_into_scan", Why: "scans skip data by the literal", Rewrite: pushIntoScan},
	}},
}
