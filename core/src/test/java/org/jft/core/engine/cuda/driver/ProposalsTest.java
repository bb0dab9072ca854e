package org.jft.core.engine.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_FFT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jft.core.engine.cuda.driver.Proposals.Proposal;
import org.junit.jupiter.api.Test;

/** Which of cuDNN's engines are taken, and what is said when none is. */
class ProposalsTest {
    private static final CudaException UNSUPPORTED = new CudaException.Unsupported("no code");
    private static final CudaException FAULT = new CudaException("a bad parameter");

    private static Proposal with(int... notes) {
        Set<Integer> all = IntStream.of(notes).boxed().collect(Collectors.toSet());
        return new Proposal(null, "engine1", all, false);
    }

    @Test
    void shouldTakeForFloat32OnlyWhatNeitherRoundsNorTransforms() {
        Set<Integer> harmless =
                Set.of(CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
        for (int note = 0; note < CUDNN_NUMERICAL_NOTE_TYPE_COUNT; note++) {
            assertThat(with(note).exact()).as("note %s", note).isEqualTo(harmless.contains(note));
        }
        assertThat(with().exact()).isTrue();
        assertThat(with(CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP, CUDNN_NUMERICAL_NOTE_FFT).exact())
                .isFalse();
    }

    @Test
    void shouldKnowWhatGivesOtherBitsInAnotherRun() {
        assertThat(with(CUDNN_NUMERICAL_NOTE_TENSOR_CORE).repeatable()).isTrue();
        assertThat(with(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6).repeatable()).isTrue();
        assertThat(
                        with(
                                        CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
                                        CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)
                                .repeatable())
                .isFalse();
    }

    @Test
    void shouldSayOfAFaultRatherThanThatThereIsNoCode() {
        Refusals refusals = new Refusals();
        refusals.add(UNSUPPORTED);
        refusals.add(FAULT);
        refusals.add(new CudaException("a later one"));
        refusals.add(UNSUPPORTED);

        assertThat(refusals.reason("a graph")).isSameAs(FAULT);
    }

    @Test
    void shouldSayThatThereIsNoCodeIfThatIsAllThatWasHeard() {
        Refusals refusals = new Refusals();
        refusals.add(UNSUPPORTED);
        refusals.add(new CudaException.Unsupported("a later one"));

        assertThat(refusals.reason("a graph")).isSameAs(UNSUPPORTED);
        assertThat(new Refusals().reason("a graph"))
                .isInstanceOf(CudaException.Unsupported.class)
                .hasMessage("cuDNN proposes no engine for a graph");
    }
}
