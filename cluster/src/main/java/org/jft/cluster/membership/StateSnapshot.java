package org.jft.cluster.membership;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.Standing;

/**
 * What a {@link MembershipState} knows, as bytes. Little-endian, one after the other:
 *
 * <pre>
 *   i32 initial (0: no size yet), min, max, belowMin
 *   i32 generation
 *   i32 flags: 1 endedByLoss, 2 judged, 4 newcomersTold
 *   i32 length, then UTF-8: why the generation has ended; empty while it runs
 *   i32 ranks, then as often: i64 session, i32 length, Standing
 *   i32 members, then as often a candidate
 *   i32 newcomers, then as often a candidate
 *
 *   candidate: i64 session, i64 heardUnder, i64 deadlineMs (-1: does not wait), i64 returnByMs,
 *              i32 suspect (-1: none), i32 strikes, i32 withState (0, 1), i32 length, Standing
 * </pre>
 */
final class StateSnapshot {
    private final MembershipState state;
    private int at;

    StateSnapshot(MembershipState state) {
        this.state = state;
    }

    int write(MutableDirectBuffer buffer) {
        JobSize size = state.size;
        putInt(buffer, size == null ? 0 : size.initial());
        putInt(buffer, size == null ? 0 : size.min());
        putInt(buffer, size == null ? 0 : size.max());
        putInt(buffer, size == null ? 0 : size.belowMin().ordinal());
        putInt(buffer, state.generation);
        putInt(
                buffer,
                (state.endedByLoss ? 1 : 0)
                        | (state.judged ? 2 : 0)
                        | (state.newcomersTold ? 4 : 0));
        at += buffer.putStringUtf8(at, Strings.nullToEmpty(state.endReason), LITTLE_ENDIAN);
        putInt(buffer, state.roster.size());
        for (int rank = 0; rank < state.roster.size(); rank++) {
            putLong(buffer, state.roster.sessions().get(rank));
            put(buffer, state.roster.standings().get(rank));
        }
        put(buffer, state.members);
        put(buffer, state.newcomers);
        return at;
    }

    void read(DirectBuffer buffer) {
        int initial = getInt(buffer);
        int min = getInt(buffer);
        int max = getInt(buffer);
        int belowMin = getInt(buffer);
        state.size =
                initial == 0
                        ? null
                        : new JobSize(initial, min, max, JobSize.BelowMin.values()[belowMin]);
        state.generation = getInt(buffer);
        int flags = getInt(buffer);
        state.endedByLoss = (flags & 1) != 0;
        state.judged = (flags & 2) != 0;
        state.newcomersTold = (flags & 4) != 0;
        state.endReason = Strings.emptyToNull(buffer.getStringUtf8(at, LITTLE_ENDIAN));
        at += Integer.BYTES + buffer.getInt(at, LITTLE_ENDIAN);
        List<Long> sessions = new ArrayList<>();
        List<Standing> standings = new ArrayList<>();
        for (int left = getInt(buffer); left > 0; left--) {
            sessions.add(getLong(buffer));
            standings.add(getStanding(buffer));
        }
        state.roster = new Roster(sessions, standings);
        read(buffer, state.members);
        read(buffer, state.newcomers);
    }

    private void put(MutableDirectBuffer buffer, List<Candidate> candidates) {
        putInt(buffer, candidates.size());
        for (Candidate each : candidates) {
            putLong(buffer, each.session);
            putLong(buffer, each.heardUnder);
            putLong(buffer, each.waiting ? each.deadlineMs : -1);
            putLong(buffer, each.returnByMs);
            putInt(buffer, each.suspect.orElse(-1));
            putInt(buffer, each.strikes);
            putInt(buffer, each.withState ? 1 : 0);
            put(buffer, each.standing);
        }
    }

    private void read(DirectBuffer buffer, List<Candidate> candidates) {
        candidates.clear();
        for (int left = getInt(buffer); left > 0; left--) {
            long session = getLong(buffer);
            Candidate each = new Candidate(session, getLong(buffer));
            each.deadlineMs = getLong(buffer);
            each.waiting = each.deadlineMs >= 0;
            each.returnByMs = getLong(buffer);
            int suspect = getInt(buffer);
            each.suspect = suspect < 0 ? OptionalInt.empty() : OptionalInt.of(suspect);
            each.strikes = getInt(buffer);
            each.withState = getInt(buffer) != 0;
            each.standing = getStanding(buffer);
            candidates.add(each);
        }
    }

    private void put(MutableDirectBuffer buffer, Standing standing) {
        putInt(buffer, standing.encodedLength());
        standing.encode(buffer, at);
        at += standing.encodedLength();
    }

    private Standing getStanding(DirectBuffer buffer) {
        int length = getInt(buffer);
        Standing standing = Standing.decode(buffer, at);
        at += length;
        return standing;
    }

    private void putInt(MutableDirectBuffer buffer, int value) {
        buffer.putInt(at, value, LITTLE_ENDIAN);
        at += Integer.BYTES;
    }

    private void putLong(MutableDirectBuffer buffer, long value) {
        buffer.putLong(at, value, LITTLE_ENDIAN);
        at += Long.BYTES;
    }

    private int getInt(DirectBuffer buffer) {
        at += Integer.BYTES;
        return buffer.getInt(at - Integer.BYTES, LITTLE_ENDIAN);
    }

    private long getLong(DirectBuffer buffer) {
        at += Long.BYTES;
        return buffer.getLong(at - Long.BYTES, LITTLE_ENDIAN);
    }
}
