package org.jft.core.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FusionTest {
    private static final int CONVOLUTIONS = 53; // of a ResNet-50
    private static final int BLOCKS = 16;

    @Test
    void shouldJoinEverySumAndRectifierOfAResNetToABatchNormInTraining() {
        List<Group> groups = Fusion.of(Networks.program("resnet50", 64), true);
        assertThat(groups).filteredOn(Group::linear).hasSize(CONVOLUTIONS + 1);
        assertThat(groups).filteredOn(FusionTest::isNorm).hasSize(CONVOLUTIONS);
        assertThat(groups).hasSize(2 * CONVOLUTIONS + 1 + /* pools */ 2);
        assertThat(groups)
                .filteredOn(group -> group.addend().isPresent())
                .hasSize(BLOCKS)
                .allMatch(group -> isNorm(group) && group.endsInRelu());
    }

    @Test
    void shouldJoinABatchNormToItsConvolutionInInference() {
        List<Group> groups = Fusion.of(Networks.program("resnet50", 64), false);
        assertThat(groups).hasSize(CONVOLUTIONS + 1 + /* pools */ 2);
        assertThat(groups)
                .filteredOn(group -> group.norm().isPresent())
                .hasSize(CONVOLUTIONS)
                .allMatch(Group::linear);
        assertThat(groups).filteredOn(group -> group.addend().isPresent()).hasSize(BLOCKS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepEveryNodeOnceAndEveryGroupBehindWhatItReads(boolean training) {
        Program program = Networks.program("resnet14s", 32);
        Set<Value> known = new HashSet<>(program.inputs());
        int nodes = 0;
        for (Group group : Fusion.of(program, training)) {
            assertThat(known).as("before %s", group).containsAll(group.inputs());
            known.add(group.output());
            nodes += 1 + count(group);
        }
        assertThat(nodes).isEqualTo(program.nodes().size());
        assertThat(known).containsAll(program.outputs());
    }

    @Test
    void shouldStoreAValueThatIsAnOutputOrHasTwoReaders() {
        Program program = Networks.program("resnet14s", 32);
        Node norm =
                program.nodes().stream()
                        .filter(node -> node.op() instanceof Op.BatchNorm)
                        .findFirst()
                        .orElseThrow();
        Program twoOutputs =
                new Program(
                        program.inputs(),
                        program.nodes(),
                        List.of(program.outputs().get(0), norm.output()),
                        false);
        assertThat(Fusion.of(program, true)).noneMatch(group -> endsAt(group, norm));
        assertThat(Fusion.of(twoOutputs, true)).anyMatch(group -> endsAt(group, norm));
    }

    private static boolean endsAt(Group group, Node node) {
        return group.output().equals(node.output());
    }

    private static boolean isNorm(Group group) {
        return group.head().op() instanceof Op.BatchNorm;
    }

    private static int count(Group group) {
        return (group.norm().isPresent() ? 1 : 0)
                + (group.addend().isPresent() ? 1 : 0)
                + (group.activation().isPresent() ? 1 : 0);
    }
}
