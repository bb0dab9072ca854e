package org.jft.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One comparison.
 *
 * @param bench the subcommand
 * @param situation what was measured, in a few words; {@code case} in JSON
 * @param peerName who ours is compared with
 * @param unit of all rates; more is better
 * @param more what this bench adds, by snake_case names
 */
public record BenchRow(
        String bench,
        String situation,
        Rates ours,
        String peerName,
        Rates peer,
        String unit,
        Map<String, Object> more) {

    /** Returns the median of ours over that of the peer: above 1, ours is faster. */
    public double ratio() {
        return ours.median() / peer.median();
    }

    /** Returns the row as it stands in JSON. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bench", bench);
        json.put("case", situation);
        json.put("ours", ours.median());
        json.put("peer_name", peerName);
        json.put("peer", peer.median());
        json.put("unit", unit);
        json.put("ratio", ratio());
        json.put("ours_lowest", ours.lowest());
        json.put("ours_highest", ours.highest());
        json.put("peer_lowest", peer.lowest());
        json.put("peer_highest", peer.highest());
        json.put("rounds", ours.rounds());
        json.putAll(more);
        return json;
    }
}
