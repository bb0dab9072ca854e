package org.jft.bench;

import org.jft.bench.collective.AllReduceBench;
import org.jft.bench.data.DataBench;
import org.jft.bench.data.SoakBench;
import org.jft.bench.dedup.DedupBench;
import org.jft.bench.engine.DevicesCommand;
import org.jft.bench.engine.EngineBench;
import org.jft.bench.scaling.ExchangeBench;
import org.jft.bench.scaling.HeadBench;
import org.jft.bench.scaling.ScalingBench;
import org.jft.core.cli.CommandRunner;
import picocli.CommandLine.Command;

/** Measures this machine. */
@Command(
        name = "jft-bench",
        description = {
            "Measure this machine side by side with what you would pick instead.",
            "Ours and the peer take turns in one run; medians are compared, and a ratio above 1 means"
                    + " that ours is faster."
        },
        subcommands = {
            EngineBench.class,
            DataBench.class,
            SoakBench.class,
            DedupBench.class,
            AllReduceBench.class,
            ScalingBench.class,
            ExchangeBench.class,
            HeadBench.class,
            DevicesCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench engine --model resnet50 --batch 16      a training step, against libtorch",
            "  jft-bench data --images 500                       decode and crop, against imageio",
            "  jft-bench soak sets/pictograms/train              memory over 20 epochs of loading",
            "  jft-bench dedup --photos DIR --out near           near-duplicates found, by kind and bound",
            "  jft-bench allreduce --workers 2,4   our ring over IPC, UDP, TCP, against Gloo",
            "  jft-bench scaling --config smoke.yaml             two workers, against one",
            "  jft-bench exchange                                what a step waits for gradients, with overlap and without",
            "  jft-bench head --workers 2                        18,291 classes dealt out, against a whole head",
            "  jft-bench devices                                 the GPUs here, and what would run",
        })
public final class JftBench {
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new JftBench(), args));
    }
}
