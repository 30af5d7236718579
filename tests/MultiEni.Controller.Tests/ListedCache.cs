using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.Tests;

/// <summary>A cache that shows these objects, and files attachments under what they claim.</summary>
internal sealed class ListedCache<T>(IReadOnlyList<T> objects) : IObjectCache<T>
    where T : class, IKubernetesObject
{
    public int Count => objects.Count;

    public T? Get(ObjectKey key) => objects.FirstOrDefault(item => item.Metadata.Name == key.Name);

    public IReadOnlyList<T> List() => objects;

    public IReadOnlyList<T> ByIndex(string index, string value) =>
        index == ClusterView.ByRetainedEniIndex
            ? [.. objects.Where(item => item is EniAttachment attachment && attachment.Spec!.RetainedEni == value)]
            : [];

    public void Wrote(T answer) => throw new NotSupportedException();

    public void Gone(T last) => throw new NotSupportedException();
}
