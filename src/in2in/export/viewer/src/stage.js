// One renderer for all takes: each is drawn into the rectangle of its caption's cell.

import {
  Color, DirectionalLight, Fog, Group, HemisphereLight, PCFShadowMap, Scene, Vector3, WebGLRenderer,
} from "three";
import { Body } from "./body.js";
import { COLOURS, PAPER } from "./colours.js";
import { Footprints, makeFloor, Trail } from "./ground.js";
import { ModelBody } from "./model.js";
import { frameAt, side } from "./takes.js";

const UP = new Vector3(0, 1, 0);
const SLOW = 1 / 18; // seconds a frame; above it the picture is made coarser
const COARSEST = 0.5; // drawn pixels for each CSS pixel

export class Stage {
  /** shape, model: what bodies are made of; model is null where the page has none. */
  constructor(canvas, takes, cells, cameras, shape, model) {
    Object.assign(this, { canvas, takes, cells, cameras });
    this.show = { paths: true, feet: true, model: model !== null };
    this.renderer = new WebGLRenderer({ canvas, antialias: !drawnBySoftware() });
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.setScissorTest(true);
    this.sharpness = Math.min(devicePixelRatio, 2);
    this.recent = [];

    this.scene = new Scene();
    this.scene.background = new Color(PAPER);
    this.scene.fog = new Fog(PAPER);
    this.scene.add(makeFloor(), ...this.lights());
    this.groups = takes.map((take) => {
      const group = new Group();
      group.parts = [];
      for (let person = 0; person < take.persons; person++) {
        const colour = COLOURS[person % COLOURS.length];
        group.parts.push(["body", new Body(shape, take, person, colour)]);
        group.parts.push(["paths", new Trail(take, person, colour)]);
        group.parts.push(["feet", new Footprints(take, person, colour)]);
        if (take.turns) group.parts.push(["model", new ModelBody(model, take, person, colour)]);
      }
      group.add(...group.parts.map(([, part]) => part.object));
      this.scene.add(group);
      return group;
    });
  }

  /** The vertices of all body models as they are bent now, each [V, 3] in metres. */
  skins() {
    const parts = this.groups.flatMap((group) => group.parts);
    return parts.filter(([kind]) => kind === "model").map(([, { object }]) => object.geometry.attributes.position.array);
  }

  /** Whether a kind of part is drawn of a take; its body is the model's where that is shown. */
  shows(kind, take) {
    return kind === "body" ? !(this.show.model && take.turns) : this.show[kind];
  }

  lights() {
    const sky = new HemisphereLight("#ffffff", "#b9b2a8", 1.5);
    this.key = new DirectionalLight("#fff4e6", 2.4);
    this.key.castShadow = true;
    this.key.shadow.mapSize.set(1024, 1024);
    this.key.shadow.radius = 2;
    this.key.shadow.bias = -0.0004;
    this.key.shadow.normalBias = 0.012;
    this.rim = new DirectionalLight("#dfeaff", 0.9);
    return [sky, this.key, this.key.target, this.rim];
  }

  /**
   * The light follows a take's people, so that a small shadow map is sharp enough. It comes from over the shoulder of
   * who looks at the first frame.
   */
  aim(take, people, spread) {
    const reach = Math.min(6, spread / 2 + 1.6);
    this.key.target.position.set(people.x, 0.6, people.z);
    const first = side(take, 0);
    this.key.position.set(0.5, 6, 4.2).applyAxisAngle(UP, first).add(people).setY(6);
    this.rim.position.set(-1, 2.5, -4.9).applyAxisAngle(UP, first);
    const camera = this.key.shadow.camera;
    Object.assign(camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 1, far: 14 });
    camera.updateProjectionMatrix();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.renderer.setPixelRatio(this.sharpness);
    this.renderer.setSize(clientWidth, clientHeight, false);
  }

  /** Fewer pixels when pictures come late, which they do where there is no graphics card. */
  adapt(seconds) {
    this.recent.push(seconds);
    if (this.recent.length < 12) return false;
    const typical = this.recent.sort((a, b) => a - b)[6];
    this.recent = [];
    if (typical < SLOW || this.sharpness <= COARSEST) return false;
    this.sharpness = Math.max(COARSEST, this.sharpness * 0.8);
    this.resize();
    return true;
  }

  draw(time) {
    const whole = this.canvas.getBoundingClientRect();
    this.takes.forEach((take, k) => {
      const frame = frameAt(take, time);
      for (const [kind, part] of this.groups[k].parts) {
        part.object.visible = this.shows(kind, take);
        if (part.object.visible) part.show(frame);
      }
      const rect = this.cells[k].getBoundingClientRect();
      const view = [rect.left - whole.left, whole.bottom - rect.bottom, rect.width, rect.height];
      this.renderer.setViewport(...view);
      this.renderer.setScissor(...view);
      this.groups.forEach((group, other) => (group.visible = other === k));
      const { camera, people, spread } = this.cameras.look(k, frame, rect.width, rect.height);
      this.aim(take, people, spread);
      const away = camera.position.distanceTo(people);
      Object.assign(this.scene.fog, { near: away + 4, far: away + 18 });
      this.renderer.render(this.scene, camera);
    });
  }
}

/** Whether there is no graphics card; smooth edges then cost more than everything else. */
function drawnBySoftware() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) throw new Error("this browser offers no WebGL; turn it on in its settings or take another browser");
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
