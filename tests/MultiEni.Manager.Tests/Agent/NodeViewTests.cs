using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Agent;
using MultiEni.Operator.Informers;

namespace MultiEni.Manager.Tests.Agent;

public sealed class NodeViewTests
{
    [Theory]
    [InlineData("ens6", true)]
    [InlineData("ens5", false)]
    [InlineData("cali1", false)]
    [InlineData("not-seen-yet", false)]
    public void Only_the_links_of_attachments_are_worth_a_look_when_a_route_changes(string link, bool isOurs)
    {
        var view = View(A.Attachment());
        var seen = A.Host([A.Device()], [A.Link(3, "ens6", A.Mac.ToString()), A.Link(9, "cali1", "ee:ee:ee:ee:ee:ee")]);
        Assert.Equal(isOurs, view.HasLink(link, seen));
        Assert.True(view.HasLink(link, null));
        Assert.False(View().HasLink(link, seen));
    }

    [Fact]
    public void As_long_as_the_hardware_address_of_an_ENI_is_not_known_any_link_could_be_its_own()
    {
        var attachment = A.Attachment();
        attachment = attachment with { Status = attachment.Status! with { Network = attachment.Status.Network! with { MacAddress = null } } };
        Assert.True(View(attachment).HasLink("ens5", A.HostWithEni()));
    }

    private static NodeView View(params EniAttachment[] attachments) => new(new Cache<EniAttachment>(attachments), new Cache<Node>([]), "node-1");

    private sealed class Cache<T>(IReadOnlyList<T> objects) : IObjectCache<T>
        where T : class, IKubernetesObject
    {
        public int Count => objects.Count;

        public T? Get(ObjectKey key) => objects.FirstOrDefault(obj => ObjectKey.Of(obj) == key);

        public IReadOnlyList<T> List() => objects;

        public IReadOnlyList<T> ByIndex(string index, string value) => [];

        public void Wrote(T answer) => throw new NotSupportedException();

        public void Gone(T last) => throw new NotSupportedException();
    }
}
