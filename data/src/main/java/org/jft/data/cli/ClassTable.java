package org.jft.data.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.data.inspect.DoubtfulName;
import org.jft.data.inspect.DoubtfulTag;
import org.jft.data.inspect.Survey;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Proportion;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Every class of a survey as a line of CSV (RFC 4180), for spreadsheets. Precision and recall are
 * empty where there are no clean labels.
 */
final class ClassTable {
    private ClassTable() {}

    static void write(Taxonomy taxonomy, Survey survey, PrintWriter out) {
        out.println(
                "id,name,images,observed,precision,precision_low,precision_high,recall,recall_low,"
                        + "recall_high,doubts");
        ClassStatistics statistics = survey.classes();
        for (int id = 0; id < taxonomy.size(); id++) {
            out.println(
                    "%d,%s,%d,%d,%s,%s,%s"
                            .formatted(
                                    id,
                                    quoted(taxonomy.name(id)),
                                    statistics.imagesOfClass()[id],
                                    statistics.observedOfClass()[id],
                                    share(statistics.noiseOfClass().precision(id)),
                                    share(statistics.noiseOfClass().recall(id)),
                                    quoted(doubts(survey, id))));
        }
    }

    private static String share(Proportion share) {
        return share.trials() == 0
                ? ",,"
                : String.format(
                        Locale.ROOT, "%.4f,%.4f,%.4f", share.share(), share.low(), share.high());
    }

    private static String doubts(Survey survey, int id) {
        return Stream.concat(
                        survey.doubtfulNames().stream()
                                .filter(name -> name.id() == id)
                                .map(DoubtfulName::reason),
                        survey.doubtfulTags().stream()
                                .filter(tag -> tag.id() == id)
                                .map(DoubtfulTag::reason))
                .collect(Collectors.joining("; "));
    }

    private static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
