package optimizer

// Batches is the order of the rules, as data.
var Batches = []Batch{
	{Name: "subqueries", Rounds: 1, Rules: []Rule{
		{Name: "eliminate_aliases", Why: "names have done their work; without them patterns match", Required: true, Rewrite: eliminateAliases},
		{Name: "rewrite_set_operations", Why: "INTERSECT and EXCEPT become joins that the other rules know", Required: true, Rewrite: rewriteSetOperations},
		{Name: "rewrite_subqueries", Why: "expressions must be free of plans before they move", Required: true, Rewrite: rewriteSubqueries},
		{Name: "fold_arguments", Why: "accumulators, which decorrelation asks for their empty result, take constant arguments", Required: true, Rewrite: foldArguments},
		{Name: "decorrelate", Why: "no Apply may survive; pushing filters works on joins", Required: true, Rewrite: decorrelate},
	}},
	{Name: "inline", Rounds: 1, Rules: []Rule{
		{Name: "inline_definitions", Why: "a definition read once is optimized in its place", Rewrite: inlineDefinitions},
	}},
	{Name: "rewrite", Rounds: 3, Rules: []Rule{
		{Name: "simplify_expressions", Why: "constants and common factors decide what can be pushed", Rewrite: simplifyExpressions},
		{Name: "merge_projects", Why: "adjacent projections hide columns from filters", Rewrite: mergeProjects},
		{Name: "push_filters", Why: "also turns outer into inner joins, splits join conditions and infers filters over equal columns", Rewrite: pushFilters},
		{Name: "propagate_empty", Why: "false filters have become visible", Rewrite: propagateEmpty},
		{Name: "eliminate_distinct", Why: "unique inputs show once filters are in place", Rewrite: eliminateDistinct},
		{Name: "push_limit", Why: "below projections and unions a limit stops scans early", Rewrite: pushLimit},
	}},
	{Name: "share", Rounds: 1, Rules: []Rule{
		{Name: "share_subplans", Why: "before joins are reordered and columns pruned, while copies of a text still look alike", Rewrite: shareSubplans},
		{Name: "prune_columns", Why: "sizes and widths of what is really read decide the order of joins", Rewrite: pruneColumns},
	}},
	{Name: "joins", Rounds: 1, Rules: []Rule{
		{Name: "reorder_joins", Why: "all filters stand on their relations, so sizes are known best", Rewrite: reorderJoins},
	}},
	{Name: "finish", Rounds: 1, Rules: []Rule{
		{Name: "push_filters", Why: "conditions of reordered joins settle", Rewrite: pushFilters},
		{Name: "prune_columns", Why: "last, so that nothing read is unused", Rewrite: pruneColumns},
		{Name: "merge_projects", Why: "pruning leaves projections that pass everything through", Rewrite: mergeProjects},
		{Name: "push_into_scan", Why: "scans skip data by the filters that reached them", Rewrite: pushIntoScan},
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
