// Writes one return event with Apicurio's own serde, as a connector in Java would, and prints its bytes and headers:
//     Serialize REGISTRY-API SCHEMA-FILE TOPIC HEADERS(true|false)
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

public class Serialize {
    static GenericRecord event(Schema schema) {
        Schema line = schema.getField("lines").schema().getElementType();
        GenericRecord goods = new GenericData.Record(line);
        goods.put("line_id", "1");
        goods.put("sku", "KETTLE-01");
        goods.put("quantity", 1);
        goods.put("hazards", List.of("LITHIUM_ION"));
        GenericRecord e = new GenericData.Record(schema);
        e.put("event_id", "java-1");
        e.put("occurred_at", 1793491200000000L);
        e.put("observed_at", 1793491200250000L);
        e.put("marketplace", "amazon.co.jp");
        e.put("seller_id", "A1");
        e.put("order_id", "503-1-1");
        e.put("return_id", "R-java");
        e.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "RECEIVED"));
        e.put("reason_code", "CR-DEFECTIVE");
        e.put("in_policy", true);
        e.put("wanted", new GenericData.EnumSymbol(schema.getField("wanted").schema(), "REFUND"));
        e.put("lines", List.of(goods));
        e.put("claim_opened", false);
        return e;
    }

    public static void main(String[] args) throws Exception {
        Schema schema = new Schema.Parser().parse(Files.readString(Path.of(args[1])));
        Map<String, Object> config = new HashMap<>();
        config.put("apicurio.registry.url", args[0]);
        config.put("apicurio.registry.auto-register", true);
        config.put("apicurio.registry.headers.enabled", Boolean.valueOf(args[3]));
        try (AvroKafkaSerializer<GenericRecord> serializer = new AvroKafkaSerializer<>()) {
            serializer.configure(config, false);
            RecordHeaders headers = new RecordHeaders();
            byte[] value = serializer.serialize(args[2], headers, event(schema));
            StringBuilder line = new StringBuilder();
            for (Header h : headers) {
                line.append(h.key()).append('=').append(HexFormat.of().formatHex(h.value())).append(' ');
            }
            System.out.println(line + HexFormat.of().formatHex(value));
        }
    }
}
