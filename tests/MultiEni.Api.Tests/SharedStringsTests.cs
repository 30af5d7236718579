using System.Text;
using System.Text.Json;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.Tests;

public sealed class SharedStringsTests
{
    [Fact]
    public void What_objects_say_alike_is_in_memory_once()
    {
        var (one, other) = (Attachment("one", "i-1"), Attachment("other", "i-2"));

        Assert.Same(one.Spec!.SubnetId, other.Spec!.SubnetId);
        Assert.Same(one.Metadata.Labels!.Keys.Single(), other.Metadata.Labels!.Keys.Single());
        Assert.Same(one.Metadata.Labels!.Values.Single(), other.Metadata.Labels!.Values.Single());
        Assert.Equal(("i-1", "i-2"), (one.Spec.InstanceId, other.Spec.InstanceId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("subnet-0123456789abcdef0")]
    [InlineData("with \"quotes\", \\ and a line\nbreak")]
    [InlineData("Grüße, 結び目, 🪢")]
    public void Every_text_is_read_as_it_was_written(string text)
    {
        Assert.Equal(text, Read(text));
        Assert.Equal(text, Read(text));
    }

    [Theory]
    [InlineData(SharedStrings.Longest, true)]
    [InlineData(SharedStrings.Longest + 1, false)]
    public void Long_texts_are_read_and_not_remembered(int length, bool remembered)
    {
        var text = new string('x', length);

        Assert.Equal(text, Read(text));
        Assert.Equal(remembered, ReferenceEquals(Read(text), Read(text)));
    }

    [Fact]
    public void Texts_that_are_in_each_others_way_keep_apart()
    {
        var strings = new SharedStrings();
        for (var i = 0; i < 20_000; i++)
        {
            Assert.Equal($"name-{i}", strings.Of($"name-{i}"));
            Assert.Equal($"name-{i}", strings.Of($"name-{i}".AsSpan()));
        }
    }

    [Fact]
    public async Task A_text_that_arrives_in_pieces_is_one()
    {
        var bytes = Encoding.UTF8.GetBytes($$$"""{"spec":{"description":"{{{string.Join(' ', Enumerable.Range(0, 60))}}}","subnetID":"subnet-1"}}""");
        await using var pieces = new OneByteAtATime(bytes);

        var read = await JsonSerializer.DeserializeAsync(pieces, ApiJson.Default.EniAttachment, TestContext.Current.CancellationToken);

        Assert.Equal("subnet-1", read!.Spec!.SubnetId);
        Assert.EndsWith("58 59", read.Spec.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_is_refused_with_the_name_of_its_field()
    {
        var refused = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"spec":{"nodeName":5}}""", ApiJson.Default.EniAttachment));

        Assert.Contains("$.spec.nodeName", refused.Message, StringComparison.Ordinal);
    }

    private static string? Read(string text)
    {
        var written = JsonSerializer.Serialize(new() { Spec = new() { Description = text } }, ApiJson.Default.EniAttachment);
        return JsonSerializer.Deserialize(written, ApiJson.Default.EniAttachment)!.Spec!.Description;
    }

    private static EniAttachment Attachment(string name, string instance) =>
        JsonSerializer.Deserialize(
            $$$"""
            {"metadata":{"name":"{{{name}}}","labels":{"networking.k8s.aws/nodeeni":"multus"}},"spec":{"instanceID":"{{{instance}}}","subnetID":"subnet-1"}}
            """,
            ApiJson.Default.EniAttachment
        )!;

    private sealed class OneByteAtATime(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
