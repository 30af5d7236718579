using System.Net.Http.Headers;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ProtobufTests : ServerFixture
{
    [Fact]
    public async Task A_kind_whose_protobuf_form_is_not_known_is_refused_by_its_name()
    {
        // The envelope of kubectl create deployment: a TypeMeta, and nothing in it.
        byte[] body = [.. "k8s\0"u8, 0x0a, 21, 0x0a, 7, .. "apps/v1"u8, 0x12, 10, .. "Deployment"u8, 0x12, 0];
        using var http = new HttpClient { BaseAddress = Server.BaseAddress };
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/vnd.kubernetes.protobuf");

        using var answer = await http.PostAsync(
            new Uri("/apis/apps/v1/namespaces/default/deployments", UriKind.Relative),
            content,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(501, (int)answer.StatusCode);
        Assert.Contains(
            "a body in protobuf of the kind Deployment",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }
}
