package org.jft.core.engine.cuda;

import java.util.List;
import org.jft.core.engine.plan.Task;

/**
 * How one task is done.
 *
 * @param scratchBytes working memory while it runs
 * @param flops multiplications and additions, where they are what takes the time; else 0
 */
record CompiledTask(Task task, List<Step> steps, long scratchBytes, long flops) {}
