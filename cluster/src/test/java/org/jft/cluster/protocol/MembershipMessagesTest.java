package org.jft.cluster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.jft.cluster.protocol.MembershipRequest.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MembershipMessagesTest {
    private static final long SEED = System.nanoTime();
    private static final Random RANDOM = new Random(SEED);

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldReadTheRequestThatItWrote(Kind kind) {
        MembershipRequest request =
                new MembershipRequest(
                        kind,
                        RANDOM.nextInt(30_000),
                        RANDOM.nextInt(),
                        RANDOM.nextLong(),
                        RANDOM.nextLong(),
                        RANDOM.nextInt(),
                        RANDOM.nextInt(),
                        RANDOM.nextInt(),
                        RANDOM.nextInt(),
                        RANDOM.nextInt(),
                        standing(7));
        fill();

        request.encode(buffer, 3);

        assertThat(MembershipRequest.decode(buffer, 3)).as("seed %s", SEED).isEqualTo(request);
        assertNothingWrittenFrom(3 + request.encodedLength());
    }

    static Stream<MembershipNotice> notices() {
        return Stream.of(
                new MembershipNotice.Formed(
                        RANDOM.nextInt(), 5, 40, 3, List.of(standing(3), standing(4), standing(5))),
                new MembershipNotice.Formed(0, 0, 0, 0, List.of()),
                new MembershipNotice.Ended(
                        RANDOM.nextInt(), "worker 2 (pid 1 on n\u00f6de) is lost"),
                new MembershipNotice.NewcomersWait(true),
                new MembershipNotice.NewcomersWait(false),
                new MembershipNotice.Refused(RANDOM.nextInt(), "no \u2603"),
                new MembershipNotice.Left());
    }

    @ParameterizedTest
    @MethodSource("notices")
    void shouldReadTheNoticeThatItWrote(MembershipNotice notice) {
        fill();

        int length = MembershipNotice.encode(notice, buffer, 5);

        assertThat(MembershipNotice.decode(buffer, 5)).as("seed %s", SEED).isEqualTo(notice);
        assertNothingWrittenFrom(5 + length);
    }

    /** Offsets as the picture has them, so that another version's reader finds the version. */
    @Test
    void shouldLayARequestOutAsItsPictureSays() {
        new MembershipRequest(Kind.LEAVE, 9, 4, 5, 6, 7, 8, 10, 11, 1, standing(0))
                .encode(buffer, 0);

        assertThat(buffer.getShort(0)).isEqualTo((short) 2);
        assertThat(buffer.getShort(2)).isEqualTo((short) 9);
        assertThat(buffer.getInt(4)).isEqualTo(4);
        assertThat(buffer.getLong(8)).isEqualTo(5);
        assertThat(buffer.getInt(40)).isEqualTo(1);
        assertThat(Standing.decode(buffer, 44)).isEqualTo(standing(0));
    }

    private static Standing standing(int worker) {
        return new Standing(
                "worker " + worker,
                "n\u00f6de",
                worker,
                "f",
                new Endpoint("10.0.0." + worker, worker, List.of(), 1_408),
                worker);
    }

    private void fill() {
        buffer.setMemory(0, 4_096, (byte) -1);
    }

    private void assertNothingWrittenFrom(int offset) {
        assertThat(buffer.getByte(offset - 1)).isNotEqualTo((byte) -1);
        assertThat(buffer.getByte(offset)).isEqualTo((byte) -1);
    }
}
